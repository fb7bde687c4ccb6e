"""The whole rule language on the way to the shop and back, with groups and shared conditions."""

from __future__ import annotations

from tests.conftest import ATTRIBUTES, Project
from tests.e2e.test_main_job import assert_converged
from tests.shop import SandboxShop

MORE = """
  groups: {type: list, path: "@static_groups"}
  tags: {type: list, path: extra_field.tags}
  orders: {type: integer, path: extra_field.orders}
  lifetime_value: {type: decimal, path: extra_field.lifetime_value}
  birthdate: {type: date, path: date_of_birth}
  joined_at: {type: datetime, path: date_joined}
  phone: {type: phone, path: phone_number}
"""

OPEN = """
condition:
  - is_active: true
  - email: {domain_under: [example.com, edu.tr]}
"""

EVERYTHING = """
name: Everything
slug: everything
priority: 1
rule:
  match:
    - use: open-account
    - any:
        - groups: {has_any: [VIP]}
        - orders: {gte: 3}
        - lifetime_value: {between: [100, 5000.50]}
        - tags: {has_all: [press]}
    - city: {starts_with: [İst, an]}
  except:
    - birthdate: {anniversary: {within_next: 7d}, missing: drop}
    - joined_at: {within_last: 30d, missing: drop}
    - phone: {country_code_in: ["49"], missing: drop}
"""


def write_everything(project: Project) -> None:
    project.write("attributes.yaml", ATTRIBUTES.rstrip() + MORE)
    project.write("conditions/open-account.yaml", OPEN)
    project.write(
        "groups/vip.yaml", "name: VIP\nmembers: {customers: [mehmet.demir@example.com]}\n"
    )
    project.write("settings/everything.yaml", EVERYTHING)


def test_every_kind_of_line_reaches_the_shop_and_a_new_plan_is_empty(
    shop_project: Project, shop: SandboxShop
) -> None:
    write_everything(shop_project)
    applied = shop_project.run("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    config = str(shop.settings()["everything"]["config"])
    assert f"'customer_groups': [{shop.groups()['VIP']['pk']}]" in config
    assert "Europe/Istanbul" in config
    assert_converged(shop_project)


def test_a_rule_may_name_a_group_that_this_very_apply_makes_or_renames(
    shop_project: Project, shop: SandboxShop
) -> None:
    write_everything(shop_project)
    assert shop_project.run("apply", "--yes").code == 0
    shop_project.write("groups/vip.yaml", "name: Gold\nrenamed_from: [VIP]\n")
    shop_project.write("settings/everything.yaml", EVERYTHING.replace("[VIP]", "[Gold]"))
    renamed = shop_project.run("apply", "--yes")
    assert (renamed.code, list(shop.groups())) == (0, ["Gold"]), renamed.err
    assert_converged(shop_project)


def test_a_rule_that_names_no_group_of_files_or_shop_is_an_error(shop_project: Project) -> None:
    write_everything(shop_project)
    (shop_project.root / "groups" / "vip.yaml").unlink()
    ran = shop_project.run("plan")
    assert ran.code == 3
    assert ".any[0].groups.has_any[0]: no customer group has the name VIP CG-L05" in ran.err


def test_what_is_wrong_in_a_shared_condition_is_said_in_its_own_file(project: Project) -> None:
    project.write("conditions/open-account.yaml", "condition: {is_activ: true}\n")
    ran = project.run("validate")
    assert ran.code == 3
    assert "conditions/open-account.yaml:1:13: is_activ: no such attribute CG-F21" in ran.err


def test_a_condition_that_no_file_holds_is_an_error(project: Project) -> None:
    project.write("settings/everything.yaml", EVERYTHING)
    ran = project.run("validate")
    assert (ran.code, "CG-C01" in ran.err) == (3, True)
