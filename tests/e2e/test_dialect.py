"""A shop that calls a leaf by another slug, and one that lacks an operator."""

from __future__ import annotations

import pytest

from cg_sync.jsonvalue import JsonObject, JsonValue
from tests.conftest import Project
from tests.e2e.test_main_job import assert_converged
from tests.shop import SandboxShop

STUDENTS = """
name: Students
slug: students
priority: 1
rule: {match: [{email: {domain_under: [edu.tr]}}, {is_active: true}]}
"""


def say(project: Project, dialect: str) -> None:
    path = project.root / "cg-sync.yaml"
    path.write_text(f"{path.read_text('utf-8')}dialect: {dialect}\n", "utf-8")


@pytest.fixture
def mail_project(shop_project: Project) -> Project:
    """The project of a shop whose rules about e-mail domains have another slug."""
    say(shop_project, "{slugs: {email-domain-rule: mail}}")
    return shop_project


def make_setting(shop: SandboxShop, slug: str, config: JsonObject) -> None:
    record = {"name": slug, "slug": slug, "priority": 3, "config": config}
    shop.call("POST", f"{shop.remote}/customer_group_settings/", json=record)


def test_rules_are_sent_and_read_with_the_slugs_of_the_project(
    mail_project: Project, shop: SandboxShop
) -> None:
    file = mail_project.write("settings/students.yaml", STUDENTS)
    applied = mail_project.run("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert "'slug': 'mail'" in str(shop.settings()["students"]["config"])
    assert_converged(mail_project)
    file.unlink()
    assert mail_project.run("import").code == 0
    assert "domain_under" in file.read_text("utf-8")
    assert_converged(mail_project)


def test_a_rule_beyond_the_limits_is_imported_with_the_slugs_of_the_shop(
    mail_project: Project, shop: SandboxShop
) -> None:
    leaves: list[JsonValue] = [
        {"slug": "mail", "subdomains": False, "domains": [f"a{it}.tr"], "missing": it % 2 == 0}
        for it in range(150)
    ]
    make_setting(shop, "big", {"slug": "or-rule", "children": leaves})
    ran = mail_project.run("import")
    assert ran.code == 0, ran.out + ran.err
    assert "slug: mail" in (mail_project.root / "settings" / "big.yaml").read_text("utf-8")
    assert_converged(mail_project)


def test_an_import_leaves_out_a_rule_that_the_dialect_refuses(
    shop_project: Project, shop: SandboxShop
) -> None:
    say(shop_project, "{render: {boolean.eq: {refuse: the shop has none}}}")
    leaf: JsonObject = {"slug": "user-attribute-rule", "key": "is_active", "values": [True]}
    make_setting(shop, "active", leaf)
    assert shop_project.run("plan").code == 0
    ran = shop_project.run("import")
    assert ran.code == 0
    assert "setting active: no file can say this: rule.match[0].is_active: eq cannot" in ran.err
    assert not (shop_project.root / "settings" / "active.yaml").exists()
