"""What a plan says of a rule in words, and that it claims no more than is proved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from cg_sync.core.kind import Spec
from cg_sync.core.reading import Reading
from cg_sync.kinds import setting_reading
from cg_sync.kinds.context import Context
from cg_sync.kinds.setting_reading import tell
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.fixtures import record_of
from cg_sync.rules.ir import RawRule, Rule
from cg_sync.rules.parse import Vocabulary, parse_rule
from tests.builders import a_context, a_setting
from tests.unit.rules.strategies import catalogue, rules

CONTEXT = a_context()
NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
EVERYTHING = catalogue()
RAW = RawRule('{"slug":"basket-rule"}')


def rule_of(content: dict[str, Any]) -> Rule:
    rule, problems = parse_rule(content, CONTEXT.vocabulary)
    assert isinstance(rule, Rule), problems
    return rule


def setting(rule: Rule | RawRule | None) -> Spec:
    return a_setting(rule=rule).spec


def reading(
    old: Rule | RawRule | None, new: Rule | RawRule | None, as_of: datetime | None = NOW
) -> Any:
    return tell(setting(old), setting(new), CONTEXT, as_of)


BURSA = rule_of({"match": [{"city": "Bursa"}]})
NEAR = rule_of({"match": [{"city": {"in": ["Bursa", "Kocaeli"]}}]})
IZMIR = rule_of({"match": [{"city": "İzmir"}]})


@pytest.mark.parametrize(
    ("old", "new", "verdict", "proof"),
    [
        (BURSA, NEAR, "WIDER", "nobody loses, some gain"),
        (NEAR, BURSA, "NARROWER", "nobody gains, some lose"),
        (BURSA, IZMIR, "REPLACED", "nobody of before is selected any more"),
        (
            *(BURSA, rule_of({"match": [{"city": {"in": ["bursa"]}}]})),
            *("EQUIVALENT", "the same customers as before"),
        ),
        (
            *(NEAR, rule_of({"match": [{"city": {"in": ["Bursa", "Ankara"]}}]})),
            *("SHIFTED", "some gain, some lose"),
        ),
    ],
)
def test_a_change_has_a_verdict_and_what_it_claims(
    old: Rule, new: Rule, verdict: str, proof: str
) -> None:
    told = reading(old, new)
    assert (told.verdict, told.proof) == (verdict, proof)
    assert (told.gains is not None) == ("some gain" in proof or verdict == "REPLACED")
    assert (told.loses is not None) == ("some lose" in proof or verdict == "REPLACED")


@given(old=rules(EVERYTHING), new=rules(EVERYTHING))
def test_whoever_is_shown_gains_or_loses(old: Rule, new: Rule) -> None:
    context = Context(ZoneInfo("Europe/Istanbul"), Vocabulary(EVERYTHING, {}))
    told = tell(setting(old), setting(new), context, NOW)
    assert (told is None) == (old == new)
    if told is None or "may" in told.proof:
        return
    for customer, gains in ((told.gains, True), (told.loses, False)):
        if customer is not None:
            it = record_of(customer, EVERYTHING)
            moment = Moment(NOW, it.groups)
            assert evaluate(new.node, it.customer, moment) is gains
            assert evaluate(old.node, it.customer, moment) is not gains


def test_a_new_rule_is_said_and_nothing_proved() -> None:
    told = tell(None, setting(BURSA), CONTEXT, NOW)
    assert told == Reading("rule", ("Customers whose city is Bursa.",), unverified=("string.eq",))


def test_a_rule_where_there_was_none_is_new() -> None:
    assert reading(None, BURSA).notes == ()


@pytest.mark.parametrize(("old", "new"), [(RAW, BURSA), (BURSA, RAW)])
def test_of_a_raw_rule_nothing_is_proved(old: Rule | RawRule, new: Rule | RawRule) -> None:
    told = reading(old, new)
    assert told.notes
    assert told.verdict == ""


def test_without_a_moment_a_change_is_said_and_nothing_proved() -> None:
    told = reading(BURSA, NEAR, None)
    assert [it.text for it in told.notes] == ["city is: +Kocaeli"]
    assert told.verdict == ""


def test_there_is_nothing_to_say_of_a_rule_that_stays_or_goes() -> None:
    assert reading(BURSA, BURSA) is None
    assert reading(BURSA, None) is None


def test_what_is_not_sure_is_not_claimed() -> None:
    """No customer is found for a pattern that only very odd texts match, nor shown to be none."""
    hard = rule_of({"match": [{"city": {"matches": "(a|b){90}[^a-z]c*", "missing": "drop"}}]})
    harder = rule_of({"match": [{"city": {"matches": ".*(x.y){40}", "missing": "drop"}}]})
    told = reading(hard, harder)
    assert told.verdict in ("SHIFTED", "UNDECIDED")
    assert "may" in told.proof or "settled" in told.proof


def test_what_cannot_be_settled_within_the_budget_is_said_to_be_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(setting_reading, "BUDGET", 1)
    cities = [f"Town {number}" for number in range(40)]

    def either(low: int) -> Rule:
        pairs = zip(cities[low:], cities[low + 1 :], strict=False)
        choices = [{"any": [{"city": it}, {"city": {"starts_with": that}}]} for it, that in pairs]
        return rule_of({"match": choices})

    told = reading(either(0), either(1))
    assert told.verdict == "UNDECIDED"
    assert told.proof == "who gains and who loses could not be settled within the budget"
    assert (told.gains, told.loses) == (None, None)
