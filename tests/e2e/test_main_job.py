"""The main job, end to end over HTTP. The law of every test here: apply, then plan, and the plan is
empty.
"""

from __future__ import annotations

from tests.conftest import Project
from tests.shop import SandboxShop

VIP = """
name: VIP
members:
  customers: [ayse.yilmaz@ogr.ornek-universitesi.edu.tr, Mehmet.Demir@EXAMPLE.com]
"""

STUDENTS = """
name: Student Discount
slug: student-discount
priority: 20
rule:
  match:
    - email: {domain_under: [edu.tr]}
    - email_verified: true
display: {price_list: student-tr, stock_list: online}
"""


def assert_converged(project: Project) -> None:
    """A new plan is empty, and applying it writes nothing."""
    again = project.run("plan", "--detailed-exitcode", "--format", "json")
    assert (again.code, again.data["changes"]) == (0, [])


def test_groups_members_and_settings_are_created(shop_project: Project, shop: SandboxShop) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    applied = shop_project.run("apply", "--yes")
    assert applied.code == 0, applied.err
    assert "converged: yes" in applied.out
    assert shop.members("VIP") == [
        "ayse.yilmaz@ogr.ornek-universitesi.edu.tr",
        "mehmet.demir@example.com",
    ]
    setting = shop.settings()["student-discount"]
    assert (setting["name"], setting["priority"], setting["is_active"]) == (
        "Student Discount",
        20,
        True,
    )
    assert_converged(shop_project)
