"""What plans and applies say of rules in words, and of the settings beside them."""

from __future__ import annotations

import re

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
    assert "settings/bursa.yaml:5:27: overlaps[0].with[1]: ankara is no setting" in ran.err


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
    assert "? not compared with 1 other setting: cg-sync analyse does that" in ran.out


def test_many_overlaps_are_counted(cities: Project) -> None:
    for number in range(5):
        rule = f"{{match: [{{city: Town {number}}}]}}"
        cities.write(f"settings/t{number}.yaml", setting(f"t{number}", 30 + number, rule))
    cities.write("settings/bursa.yaml", setting("bursa", 10, "{match: everyone}"))
    ran = cities.run("plan")
    assert "! takes customers of izmir, t0, t1 and 3 more, and `overlaps:` does not say" in ran.out


def test_a_priority_that_comes_before_another_says_whose_customers_it_takes(
    cities: Project,
) -> None:
    cities.write("settings/all.yaml", setting("all", 30, "{match: everyone}"))
    cities.write("settings/bursa.yaml", setting("bursa", 10, "{match: [{city: Bursa}]}"))
    assert cities.run("apply", "--yes").code == 0
    cities.write("settings/all.yaml", setting("all", 15, "{match: everyone}"))
    ran = cities.run("plan")
    assert "      priority  30 → 15\n        ! takes customers of izmir, and `ove" in ran.out
    assert "bursa, and" not in ran.out
    (change,) = cities.run("plan", "--format", "json").data["changes"]
    assert (change["reading"]["field"], change["reading"]["english"]) == ("priority", [])


def test_a_setting_that_is_switched_on_says_whose_customers_it_takes(cities: Project) -> None:
    off = setting("all", 5, "{match: everyone}", "active: false\n")
    cities.write("settings/all.yaml", off)
    assert cities.run("apply", "--yes").code == 0
    cities.write("settings/all.yaml", setting("all", 5, "{match: everyone}"))
    ran = cities.run("plan")
    assert "active  false → true\n        ! takes customers of bursa and izmir, and" in ran.out


def test_an_overlap_that_may_not_be_is_not_claimed(cities: Project) -> None:
    rule = "{match: [{city: {matches: '%s[0-9]{3}'}}]}"
    cities.write("settings/bursa.yaml", setting("bursa", 10, rule % "a"))
    cities.write("settings/izmir.yaml", setting("izmir", 20, rule % "b"))
    ran = cities.run("plan")
    assert "! may take customers of izmir, and" in ran.out
    assert "! may lose customers to bursa, and" in ran.out
    assert "takes customers" not in ran.out


def test_what_was_not_looked_at_for_their_number_says_so(
    cities: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MOST_PROVED", 1)
    cities.write("settings/bursa.yaml", setting("bursa", 11, "{match: [{city: Bursa}]}"))
    cities.write("settings/izmir.yaml", setting("izmir", 21, "{match: [{city: İzmir}]}"))
    ran = cities.run("plan")
    assert ran.out.count("? not looked at, as this plan has many rules") == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{match: [{city: Bursa}, {city: İzmir}]}", "! selects nobody: there is no customer"),
        (
            "{match: [{any: [{city: Bursa}, {none: [{city: {eq: Bursa, missing: keep}}]}]}]}",
            "! selects every customer, and `match: everyone` would say so",
        ),
    ],
)
def test_a_rule_for_nobody_or_everybody_is_pointed_out(
    cities: Project, rule: str, said: str
) -> None:
    cities.write("settings/bursa.yaml", setting("bursa", 10, rule))
    cities.write("settings/new.yaml", setting("new", 50, rule))
    assert cities.run("plan").out.count(said) == 2


def test_a_proof_about_dates_says_for_which_day(cities: Project) -> None:
    attributes = cities.root / "attributes.yaml"
    attributes.write_text(
        attributes.read_text("utf-8") + "  joined_at: {type: datetime, path: date_joined}\n",
        "utf-8",
    )
    for days in (30, 40):
        rule = f"{{match: [{{joined_at: {{older_than: {days}d}}}}]}}"
        cities.write("settings/bursa.yaml", setting("bursa", 10, rule))
        if days == 30:
            assert cities.run("apply", "--yes").code == 0
    ran = cities.run("plan")
    assert re.search(r"NARROWER: nobody gains, some lose \(as of 20\d\d-\d\d-\d\d\)\n", ran.out)


def test_a_change_that_is_no_rule_needs_no_words(cities: Project) -> None:
    cities.write("settings/bursa.yaml", setting("bursa", 11, "{match: [{city: Bursa}]}"))
    (change,) = cities.run("plan", "--format", "json").data["changes"]
    assert "reading" not in change
