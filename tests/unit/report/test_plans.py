"""How plans look: golden files, and what must never be in any of them."""

from __future__ import annotations

import json
import unicodedata

import pytest

from cg_sync.report.as_json import json_text
from cg_sync.report.data import plan_data
from cg_sync.report.line import plain
from cg_sync.report.text import plan_lines
from tests.unit.report.builders import (
    LABELS,
    a_plan,
    a_rule,
    a_setting,
    delta,
    group_created,
    group_updated,
    people,
    setting_updated,
)
from tests.unit.report.conftest import Golden
from tests.unit.report.plans import PLANS


def text_of(name: str) -> str:
    return plain(plan_lines(PLANS[name](), LABELS))


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_reads_as_on_record(name: str, golden: Golden) -> None:
    golden(f"plan-{name.replace('_', '-')}.txt", text_of(name))


AS_JSON = [
    *("empty", "creates", "updates", "rules", "renames", "moves", "three_way", "drift"),
    *("deletes", "guarded"),
]


@pytest.mark.parametrize("name", AS_JSON)
def test_a_plan_as_json_is_as_on_record(name: str, golden: Golden) -> None:
    golden(f"plan-{name.replace('_', '-')}.json", json_text(plan_data(PLANS[name]())))


@pytest.mark.parametrize("name", PLANS)
def test_nothing_in_a_plan_can_act_upon_a_terminal(name: str) -> None:
    for output in (text_of(name), json_text(plan_data(PLANS[name]()))):
        odd = {letter for letter in output if not letter.isprintable()} - {"\n"}
        assert odd == set()
        assert not any(unicodedata.bidirectional(letter) in ("RLO", "RLI") for letter in output)


@pytest.mark.parametrize("name", PLANS)
def test_no_line_of_a_plan_is_endless(name: str) -> None:
    assert max(map(len, text_of(name).splitlines())) <= 2020


def test_json_says_what_the_plan_says_whatever_is_escaped() -> None:
    data = plan_data(PLANS["hostile"]())
    assert json.loads(json_text(data)) == data


def test_two_hundred_changes_take_no_more_lines_than_they_need() -> None:
    text = text_of("many")
    assert len(text.splitlines()) == 2 + 80 * 4 + 1 + 20 + 100 * 3 + 4


def test_one_changed_condition_is_one_changed_line() -> None:
    before = a_rule({"is_active": True}, {"city": "İzmir"}, {"email": {"domain_is": ["a.tr"]}})
    after = a_rule({"is_active": True}, {"city": "Iğdır"}, {"email": {"domain_is": ["a.tr"]}})
    change = setting_updated(a_setting("one", rule=before), a_setting("one", rule=after))
    lines = plain(plan_lines(a_plan(change), LABELS)).splitlines()
    assert [it[8:] for it in lines if it.startswith(("        -", "        +"))] == [
        "-   - city: İzmir",
        "+   - city: Iğdır",
    ]


def test_two_addresses_that_look_alike_once_masked_still_differ() -> None:
    before = a_rule({"city": {"in": ["a1@x.example", "b"]}})
    after = a_rule({"city": {"in": ["a2@x.example", "b"]}})
    change = setting_updated(a_setting("one", rule=before), a_setting("one", rule=after))
    text = plain(plan_lines(a_plan(change), LABELS))
    assert "-   - city: {in: [a***@x.example, b]}" in text
    assert "+   - city: {in: [a***@x.example, b]}" in text
    assert "a1@" not in text


def test_what_the_title_says_is_not_said_again() -> None:
    text = plain(plan_lines(a_plan(group_created("VIP"), group_updated("A", former="B")), LABELS))
    assert text.splitlines()[3:6] == [
        "  + group VIP  groups/one.yaml:2:1",
        "  ~ group A (was B)  groups/one.yaml:2:1",
        "",
    ]


def test_members_of_a_new_group_are_not_marked_as_added() -> None:
    text = plain(plan_lines(a_plan(group_created("VIP", delta(people(2)))), LABELS))
    assert "      members  2: b***@example.com, c***@example.com\n" in text


def test_a_plan_is_the_same_json_however_its_calls_were_counted() -> None:
    one, other = a_plan(calls={"GET": 1, "OPTIONS": 2}), a_plan(calls={"OPTIONS": 2, "GET": 1})
    assert json_text(plan_data(one)) == json_text(plan_data(other))
