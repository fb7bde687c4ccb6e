"""What plans and applies say of rules in words, and of the settings beside them."""

from __future__ import annotations

import pytest

from cg_sync.workflow import telling
from tests.conftest import Project
from tests.shop import SandboxShop


def setting(slug: str, priority: int, rule: str, more: str = "") -> str:
    return f"name: {slug.title()}\nslug: {slug}\npriority: {priority}\nrule: {rule}\n{more}"


@pytest.fixture
def cities(shop_project: Project, shop: SandboxShop) -> Project:
    """Two settings for different cities, applied."""
    shop_project.write("settings/bursa.yaml", setting("bursa", 10, "{match: [{city: Bursa}]}"))
    shop_project.write("settings/izmir.yaml", setting("izmir", 20, "{match: [{city: İzmir}]}"))
    assert shop_project.run("apply", "--yes").code == 0
    return shop_project


def test_a_plan_says_whom_a_change_is_for(cities: Project) -> None:
    both = setting("izmir", 20, "{match: [{city: {in: [İzmir, Bursa]}}]}")
    cities.write("settings/izmir.yaml", both)
    ran = cities.run("plan")
    assert ran.code == 0
    said = [it.strip() for it in ran.out.splitlines()]
    start = said.index("rule  WIDER: nobody loses, some gain")
    assert said[start + 1 : start + 5] == [
        "~ city is: +Bursa",
        "! loses customers to bursa, and `overlaps:` there does not say so",
        "gains, for example: city: Bursa",
        "Now: Customers whose city is Bursa or İzmir.",
    ]
    assert "1 rule relies on forms that nobody has verified with this shop" in ran.out
    (change,) = cities.run("plan", "--format", "json").data["changes"]
    reading = change["reading"]
    assert (reading["field"], reading["verdict"]) == ("rule", "WIDER")
    assert reading["gains"] == {"city": "Bursa"}
    assert reading["loses"] is None
    assert [it["mark"] for it in reading["notes"]] == ["~", "!"]
    assert reading["unverified"] == ["string.in"]


def test_an_apply_shows_the_same_plan(cities: Project) -> None:
    cities.write("settings/izmir.yaml", setting("izmir", 20, "{match: [{city: Adana}]}"))
    ran = cities.run("apply", "--yes")
    assert ran.code == 0
    assert "REPLACED: nobody of before is selected any more" in ran.out


@pytest.mark.parametrize("named", ["izmir", "[izmir]"])
def test_an_overlap_that_is_declared_is_not_said(cities: Project, named: str) -> None:
    rule, overlaps = "{match: everyone}", f"overlaps: [{{with: {named}, why: both see it}}]\n"
    cities.write("settings/bursa.yaml", setting("bursa", 10, rule, overlaps))
    ran = cities.run("plan")
    assert "WIDER" in ran.out
    assert "takes customers of" not in ran.out
    cities.write("settings/bursa.yaml", setting("bursa", 10, rule))
    ran = cities.run("plan")
    assert "! takes customers of izmir, and `overlaps:` does not say so" in ran.out


def test_a_wrong_entry_in_a_list_of_overlaps_is_named_by_its_place(cities: Project) -> None:
    overlaps = "overlaps: [{with: [izmir, ankara], why: so it is}]\n"
    cities.write("settings/bursa.yaml", setting("bursa", 10, "{match: everyone}", overlaps))
    ran = cities.run("analyse")
    assert ran.code == 3
    assert "settings/bursa.yaml:5:27: overlaps[0].with[1]: ankara is no setting" in ran.out


def test_a_change_of_a_list_is_a_change_of_each_rule_that_uses_it(cities: Project) -> None:
    cities.write("lists/near.yaml", "values: [Bursa, Kocaeli]\n")
    rule = "{match: [{city: {in: {list: near}}}]}"
    cities.write("settings/bursa.yaml", setting("bursa", 10, rule))
    assert cities.run("apply", "--yes").code == 0
    cities.write("lists/near.yaml", "values: [Bursa, Kocaeli, Yalova]\n")
    ran = cities.run("plan")
    assert "~ city is (list near): +Yalova" in ran.out


def test_what_was_not_compared_is_counted(cities: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "MOST_PAIRS", 0)
    cities.write("settings/bursa.yaml", setting("bursa", 10, "{match: everyone}"))
    ran = cities.run("plan")
    assert "= 1 other setting not compared: cg-sync analyse does that" in ran.out


def test_many_overlaps_are_counted(cities: Project) -> None:
    for number in range(5):
        rule = f"{{match: [{{city: Town {number}}}]}}"
        cities.write(f"settings/t{number}.yaml", setting(f"t{number}", 30 + number, rule))
    cities.write("settings/bursa.yaml", setting("bursa", 10, "{match: everyone}"))
    ran = cities.run("plan")
    assert "! takes customers of izmir, t0, t1 and 3 more, and `overlaps:` does not say" in ran.out


def test_a_change_that_is_no_rule_needs_no_words(cities: Project) -> None:
    cities.write("settings/bursa.yaml", setting("bursa", 11, "{match: [{city: Bursa}]}"))
    (change,) = cities.run("plan", "--format", "json").data["changes"]
    assert "reading" not in change
