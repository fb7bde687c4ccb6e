"""Why a customer gets a setting, told to people and to machines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cg_sync.errors import Position
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.report.as_json import json_text
from cg_sync.report.explanation import Explanation, Outlook, explanation_lines
from cg_sync.report.explanation_data import explanation_data
from cg_sync.report.line import plain
from cg_sync.rules.contest import Contender, Reason, settle
from cg_sync.rules.counterfactual import Changes, Nobody, NotFound, TooFar, Way, smallest_change
from cg_sync.rules.evaluate import Moment
from cg_sync.rules.ir import RawRule
from tests.test_docs import section
from tests.unit.report.conftest import Golden
from tests.unit.report.test_tree import CATALOGUE, EVERY_WORD, SOMEBODY, WORDS, a_contender
from tests.unit.rules.strategies import ZONE

AS_OF = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo(ZONE))
NOW = Moment(AS_OF)
DAY = timedelta(days=1)

STUDENTS = a_contender(
    "student-discount",
    {
        "match": [
            {"email": {"domain_under": {"list": "academic-domains"}}},
            {"email_verified": True},
            {"is_active": True},
        ],
        "except": [
            {"email": {"domain_under": ["mezun.boun.edu.tr"]}},
            {"groups": {"has_any": ["Employees"]}},
        ],
    },
    priority=20,
    display={"price_list": "student-tr", "stock_list": None},
)
VIP = a_contender("vip", {"match": [{"orders": {"gte": 25}}]}, priority=10)
BURSA = a_contender("bursa", {"match": [{"city": "Bursa"}]}, priority=30)
RAW = Contender("basket", 5, RawRule('{"slug":"basket-rule"}'), None)
ALUMNA: JsonObject = {"email": "ayse@mezun.boun.edu.tr", "is_active": True}
STUDENT: JsonObject = {
    "email": "ayse@cs.boun.edu.tr",
    "is_active": True,
    "extra_field": {"email_verified": True},
    "attributes": {"city": "Bursa"},
}


@dataclass(frozen=True)
class Asked:
    """A question: settings, a customer, and the setting to tell."""

    contenders: tuple[Contender, ...]
    customer: JsonObject
    setting: str = ""
    places: dict[str, Position] = field(default_factory=dict)


def explained(asked: Asked, way: Way | None = None) -> Explanation:
    """The answer, with a way of one's own if that is wanted."""
    contest = settle(asked.contenders, asked.customer, NOW)
    made = Explanation(
        "a***@mezun.boun.edu.tr (pk 1042)", contest, AS_OF, ZONE, asked.setting, None, asked.places
    )
    told = made.told
    if told is None or told.selects or told.contender.outline is None:
        return made
    found = way or smallest_change(told.contender.outline, asked.customer, NOW, CATALOGUE)
    if not isinstance(found, Changes):
        return replace(made, outlook=Outlook(found))
    after = settle(asked.contenders, found.customer, replace(NOW, groups=found.groups))
    return replace(made, outlook=Outlook(found, after))


PLACES = {
    "student-discount": Position("settings/student-discount.yaml", 8, 7),
    "vip": Position("settings/vip.yaml", 6, 7),
    "bursa": Position("settings/bursa.yaml", 1, 1),
}
ALL = (STUDENTS, VIP, BURSA)
EXPLAINED = {
    "alumna": Asked(ALL, ALUMNA, "student-discount", PLACES),
    "nothing": Asked(ALL, ALUMNA, "", PLACES),
    "won": Asked(ALL, STUDENT, "", PLACES),
    "lost": Asked(ALL, STUDENT, "bursa", PLACES),
    "raw": Asked((*ALL, RAW), STUDENT, "basket"),
    "not-certain": Asked((*ALL, RAW, replace(RAW, slug="cart")), ALUMNA),
    "not-active": Asked((replace(STUDENTS, active=False), BURSA), STUDENT, "student-discount"),
    "not-yet": Asked((replace(STUDENTS, starts_at=AS_OF + DAY),), ALUMNA, "student-discount"),
    "all": Asked((a_contender("all", EVERY_WORD),), SOMEBODY, "all"),
    "behind": Asked(
        (a_contender("any", {"match": [{"city": "Bursa"}]}), replace(BURSA, slug="b")), {}, "b"
    ),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_an_explanation_reads_as_on_record(name: str, golden: Golden) -> None:
    golden(f"explain-{name}.txt", plain(explanation_lines(explained(EXPLAINED[name]), WORDS)))


@pytest.mark.parametrize("name", ["alumna", "nothing", "won", "raw", "all"])
def test_an_explanation_as_json_is_as_on_record(name: str, golden: Golden) -> None:
    golden(f"explain-{name}.json", json_text(explanation_data(explained(EXPLAINED[name]), WORDS)))


@pytest.mark.parametrize(
    ("way", "words", "outcome"),
    [
        (Nobody(), "can select nobody", "nobody"),
        (TooFar(), "No change of up to 3 attributes", "too_far"),
        (NotFound(), "nor proof that there is none", "not_found"),
    ],
)
def test_a_way_that_there_is_not_is_told(way: Way, words: str, outcome: str) -> None:
    made = explained(EXPLAINED["alumna"], way)
    assert words in plain(explanation_lines(made, WORDS))
    assert explanation_data(made, WORDS)["counterfactual"] == {"outcome": outcome}


def test_what_was_not_proved_to_be_the_fewest_is_not_called_so() -> None:
    made = explained(EXPLAINED["alumna"])
    assert made.outlook is not None
    assert isinstance(made.outlook.way, Changes)
    unsure = replace(made.outlook, way=replace(made.outlook.way, smallest=False))
    assert "(2 changes; fewer would not do)" in plain(explanation_lines(made, WORDS))
    shown = plain(explanation_lines(replace(made, outlook=unsure), WORDS))
    assert "Would match if (2 changes):" in shown


def test_a_raw_rule_behind_the_winner_is_no_doubt() -> None:
    late = replace(RAW, slug="late", priority=40)
    shown = plain(explanation_lines(explained(Asked((*ALL, RAW, late), STUDENT)), WORDS))
    assert "not certain: basket comes first and may win; its rule is raw\n" in shown


def test_what_a_customer_would_get_is_as_uncertain_as_raw_rules_make_it() -> None:
    def told(*raw: str) -> tuple[str, JsonValue]:
        raws = (replace(RAW, slug=slug) for slug in raw)
        made = explained(Asked((*ALL, *raws), ALUMNA, "student-discount"))
        found = explanation_data(made, WORDS)["counterfactual"]
        assert isinstance(found, dict)
        text = plain(explanation_lines(made, WORDS))
        (shown,) = re.findall("^The customer would then .*", text, re.MULTILINE)
        return shown, found["certain"]

    gets = "The customer would then get student-discount"
    assert told() == (f"{gets}.", True)
    assert told("basket") == (f"{gets}, unless basket wins: its rule is raw.", False)
    assert told("a", "b") == (f"{gets}, unless a or b wins: their rules are raw.", False)


def test_an_address_that_a_rule_or_a_why_has_written_is_masked() -> None:
    rule: JsonObject = {
        "match": [
            {"city": {"in": ["ayse.yilmaz@example.com", "Ankara"], "why": "ask ayse@example.com"}},
            {"any": [{"city": {"contains": ["of ayse@example.com"]}}, {"city": "Bursa"}]},
        ],
        "except": [{"groups": {"has_any": ["team-ayse@example.com"]}}],
    }
    name = "ayse@example.com"
    display = {"price_list": name, "stock_list": f"of {name}"}
    places = {name: Position(f"settings/{name}.yaml")}
    asked = Asked((replace(a_contender(name, rule), display=display),), {}, name, places)
    text = plain(explanation_lines(explained(asked), WORDS)) + json.dumps(data_of(asked))
    assert ("ayse" in text, "a***@example.com" in text) == (False, True), text


def test_an_address_in_another_value_is_masked_for_machines_too() -> None:
    asked = Asked((BURSA,), {"attributes": {"city": "ayse.yilmaz@example.com"}}, "bursa")
    text = json.dumps(explanation_data(explained(asked), WORDS))
    assert '"value": "a***@example.com"' in text


@pytest.mark.parametrize("name", EXPLAINED)
def test_neither_the_address_nor_the_number_of_the_customer_is_in_it(name: str) -> None:
    made = explained(EXPLAINED[name])
    text = plain(explanation_lines(made, WORDS)) + json.dumps(explanation_data(made, WORDS))
    for secret in ("ayse", "yilmaz", "05320001122", "5320001122"):
        assert secret not in text


def test_a_hostile_slug_and_place_cannot_act_upon_a_terminal() -> None:
    nasty = "\x1b[31m\u202ex"
    asked = Asked(
        (replace(VIP, slug=nasty), replace(BURSA, slug="b" + nasty)),
        STUDENT,
        nasty,
        {nasty: Position(f"{nasty}.yaml"), "b" + nasty: Position(f"{nasty}.yaml")},
    )
    shown = plain(explanation_lines(explained(asked), WORDS))
    assert {it for it in shown if not it.isprintable()} == {"\n"}


def keys_in(value: JsonValue) -> set[str]:
    """The keys of all objects in a JSON value."""
    match value:
        case dict():
            return set(value) | {key for it in value.values() for key in keys_in(it)}
        case list():
            return {key for it in value for key in keys_in(it)}
        case _:
            return set()


def test_every_field_of_the_json_is_described() -> None:
    text = section("explain.md", "As JSON")
    fields = {key for it in EXPLAINED.values() for key in keys_in(data_of(it))}
    assert len(fields) > 20
    assert {it for it in fields if f"`{it}`" not in text} == set()


def data_of(asked: Asked) -> dict[str, JsonValue]:
    return explanation_data(explained(asked), WORDS)


def test_every_reason_and_mark_is_described() -> None:
    verdict, tree = section("explain.md", "The verdict"), section("explain.md", "The tree")
    assert [it for it in Reason if f"| `{it}" not in verdict] == []
    assert [it for it in "✓✗!·" if f"| {it} |" not in tree] == []
