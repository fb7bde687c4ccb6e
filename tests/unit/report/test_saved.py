"""A plan as a file: what is read back is what was written, and nobody is named in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema
import pytest

from cg_sync.core.diff import Delete
from cg_sync.core.frozen import Frozen, thawed
from cg_sync.core.plan import Plan, digest_of_intents
from cg_sync.core.seal import sealed
from cg_sync.core.source import Source
from cg_sync.files.schemas import read_schemas
from cg_sync.kinds import KINDS
from cg_sync.report.data import plan_data
from cg_sync.report.formats import PLAN_FORMATS, Paper, PlanFormat, plan_text
from cg_sync.report.saved import SavedPlan, saved_data
from cg_sync.report.saved_reading import Misfit, read_saved
from tests.unit.report.builders import CONTEXT, LABELS
from tests.unit.report.plans import PLANS

MADE = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PAPER = Paper(LABELS, "0.1.0")


def kept(plan: Plan) -> Plan:
    """The plan with the digest that is really its own."""
    return replace(plan, digest=digest_of_intents(plan.target, plan.intents.values()))


def written(plan: Plan) -> dict[str, Any]:
    """What a file would hold, after its way through JSON."""
    data = saved_data(SavedPlan(kept(plan), MADE), KINDS)
    read: dict[str, Any] = json.loads(json.dumps(data))
    return read


@pytest.mark.parametrize("name", PLANS)
def test_what_is_read_is_what_was_written(name: str) -> None:
    data = written(PLANS[name]())
    saved = read_saved(data, KINDS)
    assert saved.made_at == MADE
    assert json.loads(json.dumps(plan_data(saved.plan))) == {
        name: value for name, value in data.items() if name != "bound"
    }


@pytest.mark.parametrize("name", PLANS)
def test_the_file_is_as_the_published_schema_says(name: str) -> None:
    law = jsonschema.Draft202012Validator(read_schemas()["plan"])
    data = sealed(written(PLANS[name]()), "a key")
    assert [it.message for it in law.iter_errors(data)] == []
    assert not law.is_valid({**data, "digest": "short"})
    assert not law.is_valid({**data, "bound": {}})


@cache
def made_and_read(name: str) -> tuple[Plan, Plan]:
    plan = kept(PLANS[name]())
    return plan, read_saved(written(plan), KINDS).plan


@pytest.mark.parametrize("form", PLAN_FORMATS)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_that_was_read_looks_like_the_one_that_was_made(name: str, form: PlanFormat) -> None:
    plan, read = made_and_read(name)
    assert plan_text(read, form, PAPER) == plan_text(plan, form, PAPER)


@pytest.mark.parametrize("name", PLANS)
def test_what_is_applied_means_the_same_when_it_is_read_again(name: str) -> None:
    plan = PLANS[name]()
    kinds = {kind.name: kind for kind in KINDS}
    for made, read in zip(plan.changes, read_saved(written(plan), KINDS).plan.changes, strict=True):
        if isinstance(made, Delete) or isinstance(read, Delete):
            continue
        assert isinstance(read.spec, Frozen)
        assert thawed(read.spec, kinds[made.address.kind], CONTEXT) in (made.spec, None)


def test_where_a_plan_comes_from_is_kept() -> None:
    source = Source("0.1.0", commit="4f1c" * 10, dirty=True)
    plan = replace(PLANS["updates"](), source=source)
    assert read_saved(written(plan), KINDS).plan.source == source


def misfit(data: Mapping[str, Any]) -> str:
    with pytest.raises(Misfit) as caught:
        read_saved(data, KINDS)
    return str(caught.value)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"format": "cg-sync/snapshot"}, "is no plan"),
        ({"format_version": "2.0"}, "in format 2.0, and this version reads format 1.x"),
        ({"format_version": None}, "in format None"),
        ({"digest": "0" * 64}, "its digest is not that of its changes"),
        ({"changes": []}, "is broken"),
        ({"target": {"environment": "x"}}, "is broken"),
        ({"guards": [{"code": 1}]}, "is broken"),
        ({"summary": {}}, "is broken: KeyError 'unchanged'"),
        ({"source": "me"}, "is broken"),
    ],
)
def test_what_is_no_plan_of_ours_is_told_why(more: dict[str, Any], why: str) -> None:
    assert why.removeprefix("is no plan") in misfit({**written(PLANS["updates"]()), **more})


def test_an_action_of_tomorrow_is_not_guessed_at() -> None:
    data = written(PLANS["deletes"]())
    data["changes"][0]["action"] = "archive"
    assert misfit(data) == "is broken: ValueError no such action: archive"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("before", 5),
        ("before", None),
        ("before", ["name"]),
        ("after", []),
        ("after", {"content": "x", "fingerprint": "f"}),
        ("after", {"content": {}, "fingerprint": 7}),
        ("after", {"content": {}, "fingerprint": "f", "colour": "red"}),
    ],
)
def test_a_record_of_another_shape_is_no_record(name: str, value: object) -> None:
    data: Any = written(PLANS["updates"]())
    bound = next(it for it in data["bound"]["changes"] if {"before", "after"} <= it.keys())
    bound[name] = value
    assert misfit(data).startswith("is broken: TypeError")


def test_writes_in_another_order_are_not_made() -> None:
    data = written(PLANS["updates"]())
    data["bound"]["steps"].reverse()
    assert "orders its writes otherwise" in misfit(data)


@pytest.mark.parametrize(
    "path",
    [
        ("changes", 3, "fields", "::stop-commands::x"),
        ("calls", "::warning::"),
        ("guards", 0, "rule"),
        ("guards", 0, "code"),
        ("problems", 0, "code"),
        ("changes", 3, "reading", "field"),
        ("changes", 3, "reading", "verdict"),
        ("changes", 3, "reading", "notes", 0, "mark"),
        ("changes", 3, "origins", "`@team`"),
        ("changes", 3, "where", "line"),
    ],
)
def test_words_of_ours_are_not_taken_from_others(path: tuple[str | int, ...]) -> None:
    """Whoever can seal a file can write into it what no format looks for in such a place."""
    plan = PLANS["updates"]()
    guards, problems = PLANS["guarded"]().tripped, PLANS["hostile"]().problems
    data: Any = written(replace(plan, tripped=guards, problems=problems))
    data["changes"][3]["origins"] = {}
    assert read_saved(data, KINDS)
    here = data
    for step in path[:-1]:
        here = here[step]
    known = isinstance(here, dict) and path[-1] in here
    here[path[-1]] = "::stop-commands::x" if known else here.get("name", 1)
    assert misfit(data).startswith("is broken: ValueError")


def test_who_made_a_foreign_format_is_named() -> None:
    data = written(replace(PLANS["empty"](), source=Source("9.0.0")))
    assert "was made by cg-sync 9.0.0 in format 2.1" in misfit({**data, "format_version": "2.1"})


def test_a_printed_plan_is_told_from_a_saved_one() -> None:
    data = written(PLANS["updates"]())
    del data["bound"]
    assert "was printed, not saved" in misfit(data)
