"""Allowances: what they say, until when they count, and what becomes of guards by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cg_sync.core.acknowledgement import (
    Acknowledgement,
    Malformed,
    acknowledgement_in,
    acknowledgement_said,
    acknowledgements_in,
    hold,
    latest,
    reach_fault,
    said_moment,
    tomorrow,
    until_in,
)
from cg_sync.core.guards import RULES, Tripped
from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import mapping_in
from tests.builders import a_document

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=-3)))  # the 23rd in UTC
DIGEST = "8f3c0a6d51b94e27" * 4
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "moment", "said"),
    [
        ("2026-11-30", datetime(2026, 12, 1, tzinfo=UTC), "the end of 2026-11-30 (UTC)"),
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC), "the end of 2026-12-31 (UTC)"),
        ("2026-11-30T18:00", datetime(2026, 11, 30, 18, tzinfo=UTC), "2026-11-30 18:00 UTC"),
        ("2026-11-30T18:00Z", datetime(2026, 11, 30, 18, tzinfo=UTC), "2026-11-30 18:00 UTC"),
        ("2026-11-30T18:00:30Z", datetime(2026, 11, 30, 18, 0, 30, tzinfo=UTC), ""),
    ],
)
def test_a_date_counts_to_its_end_and_a_time_to_itself(
    text: str, moment: datetime, said: str
) -> None:
    assert until_in(text) == moment
    assert not said or said_moment(moment) == said


@pytest.mark.parametrize(
    "text",
    ["", "DATE", "2026-13-01", "2026-02-30", "26-11-30", "2026-11-30T18:00+03:00",
     "2026-11-30 18:00", "2026-11-30T25:00Z", "9999-12-31", "2026-11-30Z", "20261130",
     "٢٠٢٦-11-30"],
)  # fmt: skip
def test_other_texts_are_no_moments(text: str) -> None:
    assert until_in(text) is None


def test_a_text_names_rule_digest_and_moment() -> None:
    text = "max_delete_share@8f3c0a6d51b9@2026-11-30"
    until = datetime(2026, 12, 1, tzinfo=UTC)
    assert acknowledgement_in(text, now=NOW) == Acknowledgement(
        "max_delete_share", "8f3c0a6d51b9", until, f"--allow {text}"
    )


@pytest.mark.parametrize("until", ["2026-11-30", "2026-11-30T18:00:30Z"])
def test_what_is_said_of_an_allowance_reads_as_the_same(until: str) -> None:
    given = acknowledgement_in(f"empty@8f3c0a6d51b9@{until}", now=NOW)
    again = acknowledgement_in(acknowledgement_said(given), now=NOW)
    assert (again.rule, again.digest, again.until) == (given.rule, given.digest, given.until)


NO_DIGEST = ("names no plan by its digest", "the plan prints what to write: RULE@DIGEST@DATE")
SHAPE = (
    "write a date such as 2026-11-24, to the end of that day in UTC, or a time such as "
    "2026-11-24T18:00Z"
)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "no such guard", f"there are {', '.join(RULES)}"),
        ("max_delete_shar@8f3c0a6d51b9@2026-11-30", "no such guard",
         "did you mean max_delete_share or max_update_share?"),
        ("min_existing@8f3c0a6d51b9@2026-11-30", "no such guard", f"there are {', '.join(RULES)}"),
        ("empty", *NO_DIGEST),
        ("empty@8f3c0a6d51b", *NO_DIGEST),
        ("empty@8F3C0A6D51B9", *NO_DIGEST),
        (f"empty@{DIGEST}0", *NO_DIGEST),
        ("empty@8f3c0a6d51b9", "does not say until when",
         "write --allow empty@8f3c0a6d51b9@2026-11-24"),
        ("empty@8f3c0a6d51b9@", " is no date", SHAPE),
        ("empty@8f3c0a6d51b9@DATE", "DATE is no date", SHAPE),
        ("empty@8f3c0a6d51b9@2026-11-30@2026-12-30", "2026-11-30@2026-12-30 is no date", SHAPE),
    ],
)  # fmt: skip
def test_a_text_that_can_allow_nothing_says_what_to_write(
    text: str, message: str, hint: str
) -> None:
    with pytest.raises(Malformed) as raised:
        acknowledgement_in(text, now=NOW)
    assert (str(raised.value), raised.value.hint) == (message, hint)


def test_a_file_says_by_whom_and_why_and_its_wrong_dates_have_a_place() -> None:
    entry = {"guard": "empty", "digest": "8f3c0a6d51b9", "by": "ayse", "reason": "spring"}
    document = a_document(
        [{**entry, "until": "2026-11-30"}, {**entry, "until": "soon"}], file="allowances.yaml"
    )
    (found,), (problem,) = acknowledgements_in(document, now=NOW)
    assert (found.rule, found.digest, found.by, found.reason) == tuple(
        entry[it] for it in ("guard", "digest", "by", "reason")
    )
    assert found.until == datetime(2026, 12, 1, tzinfo=UTC)
    assert found.said == f"the allowance in {found.where}"
    assert found.where == document.position_of((0, "until"))
    assert (problem.code, problem.message) == ("CG-F06", "[1].until: soon is no date")
    assert problem.where == document.position_of((1, "until"))
    assert problem.hint == SHAPE


def test_the_schema_names_every_guard() -> None:
    schema = mapping_in(mapping_in(read_schemas()["allowances"]["$defs"])["allowance"])
    assert mapping_in(mapping_in(schema["properties"])["guard"])["enum"] == list(RULES)


def allowed(until: datetime, rule: str = "empty", digest: str = DIGEST[:12]) -> Acknowledgement:
    return Acknowledgement(rule, digest, until, f"until {until}")


def test_the_day_on_which_the_longest_life_ends_counts_to_its_end() -> None:
    assert tomorrow(NOW) == "2026-11-24"
    assert latest(3 * DAY, now=NOW) == "2026-11-26"
    end = datetime(2026, 11, 27, tzinfo=UTC)
    assert reach_fault(allowed(end), 3 * DAY, now=NOW) == ""
    said = "counts until 2026-11-27 00:01 UTC, more than 3d ahead"
    assert reach_fault(allowed(end + timedelta(minutes=1)), 3 * DAY, now=NOW) == said


EMPTY = Tripped("CG-G03", "empty", "members of VIP", 3, 3, 0)
DELETES = Tripped("CG-G01", "max_delete_share", "groups", 5, 12, 0.3)
BOUND = Tripped("CG-G01", "max_delete_share", "groups", 5, 12, 0.3, bound=0.4)
LATER, EARLIER = NOW + DAY, NOW - DAY


def test_an_allowance_lets_its_guard_pass_for_its_plan_before_it_ends() -> None:
    good = allowed(LATER)
    held = hold([EMPTY, DELETES], DIGEST, [good], now=NOW)
    assert (held.passed, held.refused) == ((good,), (DELETES,))
    full = allowed(LATER, digest=DIGEST)
    assert hold([EMPTY], DIGEST, [full], now=NOW).passed == (full,)


@pytest.mark.parametrize(
    "other", [allowed(LATER, "max_delete_share"), allowed(LATER, digest="000000000000")]
)
def test_an_allowance_of_another_guard_or_plan_does_nothing(other: Acknowledgement) -> None:
    held = hold([EMPTY], DIGEST, [other], now=NOW)
    assert (held.passed, held.refused, held.expired) == ((), (EMPTY,), ())


def test_what_has_ended_is_told_when_it_would_have_helped() -> None:
    ended = allowed(EARLIER)
    held = hold([EMPTY], DIGEST, [ended], now=NOW)
    assert (held.refused, held.expired) == ((EMPTY,), (ended,))
    assert hold([EMPTY], DIGEST, [allowed(NOW)], now=NOW).expired == (allowed(NOW),)
    assert hold([EMPTY], DIGEST, [ended, allowed(LATER)], now=NOW).expired == ()
    assert hold([DELETES], DIGEST, [ended], now=NOW).expired == ()


def test_nothing_lets_a_guard_pass_that_is_over_a_bound_of_the_policy() -> None:
    held = hold([BOUND], DIGEST, [allowed(LATER, "max_delete_share")], now=NOW)
    assert (held.passed, held.refused, held.final, held.expired) == ((), (BOUND,), (BOUND,), ())


def test_one_allowance_is_used_once_for_all_that_its_guard_says() -> None:
    good = allowed(LATER)
    assert hold([EMPTY, EMPTY], DIGEST, [good], now=NOW).passed == (good,)
