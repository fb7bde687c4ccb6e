"""Guards on the way to the shop: what the policy and flags make of them, and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cg_sync.core.acknowledgement import (
    Acknowledgement,
    Held,
    Malformed,
    acknowledgement_in,
    acknowledgements_in,
    hold,
    latest,
    reach_fault,
    said_moment,
)
from cg_sync.core.guards import bound_to
from cg_sync.core.limits import COUNTS, LIMITS, Bounds, Number, is_looser, limit_said
from cg_sync.core.plan import Plan
from cg_sync.core.policy import Flags, Looser, OnStale, Policy, Recheck, tightened
from cg_sync.core.schema import Law
from cg_sync.errors import FilesError, PlanRefused, Problem, UsageWrong, counted, did_you_mean
from cg_sync.files.reading import read_bytes
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_text import MAX_BYTES
from cg_sync.jsonvalue import JsonValue, Pointer, mapping_in
from cg_sync.report.line import discreet
from cg_sync.report.verdict import age
from cg_sync.workflow.check import Checked

DAY = timedelta(days=1)

# --- the policy of a run


def effective_policy(
    checked: Checked,
    *,
    max_age: timedelta | None = None,
    check_files: bool | None = None,
    on_stale: OnStale | None = None,
    deadline: timedelta | None = None,
    fail_fast: bool | None = None,
    recheck: Recheck | None = None,
) -> Policy:
    """The policy of this run: the project's, its environment's, and flags, None for one that is not
    given. Raises UsageWrong for a flag that is looser, with what it may be and who says so.
    """
    flags = Flags(max_age, check_files, on_stale, deadline, fail_fast, recheck)
    policy, looser = tightened(checked.project.policy, flags)
    if looser:
        told = "; ".join(_told(it, checked) for it in looser)
        raise UsageWrong(told, hint="leave the flag out: what the policy says counts without it")
    return policy


def _told(it: Looser, checked: Checked) -> str:
    flag = f"--{it.name.replace('_', '-')}"
    flag = f"--no{flag[1:]}" if it.wish == "false" else f"{flag} {it.wish}"
    return f"{flag} is looser than the policy, {it.name}: {it.bound}{_place(checked, it.where)}"


def _place(checked: Checked, pointer: Pointer) -> str:
    """Where cg-sync.yaml says it, in brackets; empty when it does not."""
    document = checked.tree.project
    here: JsonValue = document.content if document is not None else None
    for step in pointer:
        here = mapping_in(here).get(str(step))
    if document is None or not pointer or here is None:
        return ""
    return f" ({document.position_of(pointer)})"


def refuse_if_not_saved(policy: Policy, checked: Checked) -> None:
    """Raise UsageWrong when apply may only carry out a saved plan; for an apply without one."""
    if policy.plan == "saved":
        where = _place(checked, policy.written.get("plan", ()))
        raise UsageWrong(
            f"apply takes a saved plan only, says the policy{where}, and none is named",
            hint="cg-sync plan -o plan.json, then cg-sync apply plan.json",
        )


# --- guards that a run wants stricter


def with_guards(checked: Checked, texts: Sequence[str]) -> Checked:
    """The project with the guards that `NAME=VALUE` of `--guard` make stricter, also those that
    files loosened. Raises UsageWrong for one that is malformed, or looser than cg-sync.yaml's.
    """
    limits: dict[str, Any] = dict(_limit_in(text) for text in texts)
    wanted, guards = Bounds(**limits), checked.project.guards
    for name in limits:
        limit, usual = wanted.of(name), guards.of(name)
        assert limit is not None
        if is_looser(limit, usual):
            where = _place(checked, ("guards", name))
            raise UsageWrong(
                f"--guard {name}={limit_said(name, limit)} is looser than guards.{name}, "
                f"{limit_said(name, usual)}{where}",
                hint="a flag can only be stricter; change cg-sync.yaml if it is meant for good",
            )
    if not texts:
        return checked
    narrow = replace(checked.project, guards=guards.tightened(wanted))
    return replace(checked, project=narrow)


def _limit_in(text: str) -> tuple[str, Number]:
    name, equals, value = text.partition("=")
    if name not in LIMITS or not equals:
        near = did_you_mean(name, LIMITS) or f"there are {', '.join(LIMITS)}"
        raise UsageWrong(f"--guard {text!r}: no such guard", hint=f"write NAME=VALUE; {near}")
    limit = _read_limit(name, value)
    if limit is None:
        hint = "write a share such as 10%, a number such as 3, or true, as in cg-sync.yaml"
        raise UsageWrong(f"--guard {text!r}: {value!r} is no such limit", hint=hint)
    return name, limit


def _read_limit(name: str, value: str) -> Number | None:
    """The limit as it is read in cg-sync.yaml; None for what would be an error there."""
    if name == "empty":
        return {"true": True, "false": False}.get(value)
    if name in COUNTS:
        return int(value) if re.fullmatch("[0-9]{1,9}", value) else None
    share = re.fullmatch(r"(?P<percent>[0-9]{1,3}(?:\.[0-9]+)?)%|[01](?:\.[0-9]+)?", value)
    if share is None:
        return None
    part = float(share["percent"]) / 100 if share["percent"] else float(value)
    return part if part <= 1 else None


# --- what is allowed


def acknowledged(
    texts: Sequence[str], file: Path | None, policy: Policy, *, now: datetime
) -> tuple[Acknowledgement, ...]:
    """What `--allow` and a file of allowances let pass, the former first.

    Raises UsageWrong for a text that could allow nothing in any plan, or reaches too far ahead;
    FilesError, with every place, for a file that does.
    """
    given = tuple(_given(text, policy, now=now) for text in texts)
    return given if file is None else (*given, *_filed(file, policy, now=now))


def _given(text: str, policy: Policy, *, now: datetime) -> Acknowledgement:
    try:
        found = acknowledgement_in(text, now=now)
    except Malformed as error:
        raise UsageWrong(f"--allow {text!r}: {error}", hint=error.hint) from error
    fault = reach_fault(found, policy.allow_until, now=now)
    if fault:
        raise UsageWrong(f"--allow {text!r}: {fault}", hint=_last(policy, now))
    return found


def _last(policy: Policy, now: datetime) -> str:
    return f"the last date it may name is {latest(policy.allow_until, now=now)}"


def _filed(file: Path, policy: Policy, *, now: datetime) -> tuple[Acknowledgement, ...]:
    name = str(file)
    data, problem = read_bytes(file, shown_as=name, limit=MAX_BYTES)
    document, problems = (None, (problem,)) if problem else read_yaml(data, file=name)
    if document is not None:
        problems = Law(read_schemas()).check("allowances", document)
    if document is None or problems:
        raise FilesError(problems)
    found, problems = acknowledgements_in(document, now=now)
    far = tuple(
        Problem("CG-F06", f"until: {fault}", it.where, _last(policy, now))
        for it in found
        if (fault := reach_fault(it, policy.allow_until, now=now))
    )
    if problems or far:
        raise FilesError((*problems, *far))
    return found


def refuse_if_guarded(
    plan: Plan,
    checked: Checked,
    acknowledgements: Sequence[Acknowledgement],
    *,
    now: datetime,
    command: str = "apply",
) -> tuple[Acknowledgement, ...]:
    """The allowances that let guards of this plan pass, one a guard.

    Raises PlanRefused when a guard says no and nobody has allowed it for exactly this plan and this
    time, or is over a bound of the policy, where nobody can.
    """
    bounds = checked.project.guards.bounds
    tripped = [bound_to(it, bounds) for it in plan.tripped]
    held = hold(tripped, plan.digest, acknowledgements, now=now)
    if held.refused:
        raise _refused(plan, checked, held, acknowledgements, now=now, command=command)
    return held.passed


def _refused(
    plan: Plan,
    checked: Checked,
    held: Held,
    acknowledgements: Sequence[Acknowledgement],
    *,
    now: datetime,
    command: str,
) -> PlanRefused:
    about = [it for it in acknowledgements if plan.digest.startswith(it.digest)]
    other = "; what was allowed is another plan" if acknowledgements and not about else ""
    told = "".join(f"; {it}" for it in (*_expired(held, now), *_final(held, checked)))
    refused = counted(len(held.refused), "guard")
    message = f"this plan is refused by {refused}{other}{told}; nothing was changed"
    if held.final:
        hint = (
            "make the change smaller, or change the policy where it stands, with those who keep it"
        )
        return PlanRefused(message, hint=hint)
    # Those that passed are named too: the command is to be enough by itself.
    rules = dict.fromkeys(it.rule for it in plan.tripped)
    until = latest(min(DAY, checked.project.policy.allow_until), now=now)
    allow = " ".join(f"--allow {it}@{plan.short_digest}@{until}" for it in rules)
    return PlanRefused(message, hint=f"if this is meant: cg-sync {command} {allow}")


def _expired(held: Held, now: datetime) -> Iterator[str]:
    for it in held.expired:
        yield f"{it.said} ended {age(now - it.until)} ago, at {said_moment(it.until)}"


def _final(held: Held, checked: Checked) -> Iterator[str]:
    places: Mapping[str, Pointer] = checked.project.policy.written
    for rule in dict.fromkeys(it.rule for it in held.final):
        name = f"guards.{rule}"
        where = _place(checked, places.get(name, ()))
        yield f"{rule} is over policy.{name}{where}, which no allowance changes"


def used_said(used: Iterable[Acknowledgement]) -> Iterator[str]:
    """Sentences about the allowances that let guards pass: which, until when, by whom and why."""
    for it in used:
        who = f", by {discreet(it.by)}: {discreet(it.reason)}" if it.by else ""
        yield f"{it.rule} is allowed for this plan until {said_moment(it.until)}{who}"
