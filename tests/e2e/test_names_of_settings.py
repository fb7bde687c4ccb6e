"""What `validate` says of settings that others name, and of shared conditions in use."""

from __future__ import annotations

import pytest

from tests.conftest import Project


def setting(slug: str, priority: int, more: str = "") -> str:
    return (
        f"name: {slug.title()}\nslug: {slug}\npriority: {priority}\n"
        f"rule: {{match: [{{city: {slug.title()}}}]}}\n{more}"
    )


@pytest.fixture
def cities(project: Project) -> Project:
    """Two settings, and an invariant that names both and one that is not there."""
    project.write("settings/bursa.yaml", setting("bursa", 10))
    project.write("settings/izmir.yaml", setting("izmir", 20))
    return project


def overlapping(with_: str) -> str:
    return setting("bursa", 10, f"overlaps: [{{with: {with_}, why: both see it}}]\n")


@pytest.mark.parametrize(
    ("with_", "said", "hint"),
    [
        ("izmr", "19: overlaps[0].with: izmr is no setting of this project", "did you mean izmir?"),
        ("zzz", "19: overlaps[0].with: zzz is no setting of this project", "name the slug of a"),
        ("brsa", "19: overlaps[0].with: brsa is no setting of this project", "name the slug of a"),
        ("bursa", "19: overlaps[0].with: bursa is this setting itself", "name another, or remove"),
        ("[izmir, old]", "27: overlaps[0].with[1]: old is no setting of this project", "name the"),
    ],
)
def test_an_overlap_with_what_is_no_other_setting_is_an_error(
    cities: Project, with_: str, said: str, hint: str
) -> None:
    cities.write("settings/old.yaml", "slug: old\nstate: absent\n")
    cities.write("settings/bursa.yaml", overlapping(with_))
    ran = cities.run("validate")
    assert ran.code == 3
    assert f"settings/bursa.yaml:5:{said} CG-F29\n" in ran.err
    assert hint in ran.err
    assert ran.err.count("CG-F") == 1
    cities.write("settings/bursa.yaml", overlapping("[izmir]"))
    assert cities.run("validate").code == 0


@pytest.mark.parametrize(
    "broken",
    [
        setting("izmir", 20) + "oh no: [\n",
        setting("izmir", 20).replace("city", "cty"),
        setting("izmir", 20) + "colour: red\n",
        setting("izmir", 20).replace("slug: izmir\n", ""),
    ],
)
def test_a_setting_with_errors_of_its_own_may_be_named(cities: Project, broken: str) -> None:
    cities.write("settings/bursa.yaml", overlapping("izmir"))
    cities.write("invariants.yaml", "- id: a\n  disjoint: [bursa, izmir]\n")
    cities.write("settings/izmir.yaml", broken)
    ran = cities.run("validate")
    assert ran.code == 3
    assert "settings/izmir.yaml:" in ran.err
    assert "CG-F29" not in ran.err
    cities.write("invariants.yaml", "- id: a\n  disjoint: [bursa, adana]\n")
    assert "invariants.yaml:2:21: adana: no such setting CG-F29" in cities.run("validate").err


def test_a_broken_file_elsewhere_excuses_no_slug(cities: Project) -> None:
    cities.write("groups/adana.yaml", "name: [\n")
    cities.write("settings/bursa.yaml", overlapping("adana"))
    assert "adana is no setting of this project CG-F29" in cities.run("validate").err


def test_what_a_shared_condition_must_say_is_told_at_its_user_and_a_fault_in_it_once(
    cities: Project,
) -> None:
    cities.write("conditions/town.yaml", "condition: {city: Bursa}\n")
    cities.write("conditions/near.yaml", "condition: [{use: town}]\n")
    without = setting("bursa", 10).replace("]}\n", "], except: [{use: near}]}\n")
    cities.write("settings/bursa.yaml", without)
    ran = cities.run("validate")
    assert ran.err.count("CG-N01") == 1
    assert (
        "in the shared condition near, [0].use: in the shared condition town, city: a " in ran.err
    )
    assert "in conditions/town.yaml at condition.city" in ran.err
    cities.write("conditions/town.yaml", "condition: {cty: Bursa}\n")
    ran = cities.run("validate")
    assert ran.err.count("cty") == 1
    assert "conditions/town.yaml:1:13: cty: no such attribute CG-F21" in ran.err
