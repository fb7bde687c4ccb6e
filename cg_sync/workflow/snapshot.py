"""Plans made from a snapshot of the shop: with no network and no credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cg_sync.core.diff import Delete
from cg_sync.core.document import Document
from cg_sync.core.members import KEY_FIELDS, MemberKeys
from cg_sync.core.plan import Plan
from cg_sync.core.privacy import masked, named
from cg_sync.core.project import Environment
from cg_sync.core.pseudonym import member_salt, pseudonyms_in, salt_check
from cg_sync.core.schema import Law
from cg_sync.core.seal import SEAL, SIGNING_KEY
from cg_sync.core.snapshot import (
    HashedMembers,
    NoSnapshot,
    Snapshot,
    read_snapshot,
    refuse_if_foreign,
)
from cg_sync.core.source import SnapshotRead
from cg_sync.core.state import Desired, Wanted
from cg_sync.errors import PlanStale, PlanUnusable, Problem, Severity, UsageWrong, counted
from cg_sync.files.planfile import read_sealed
from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.verdict import age as spoken
from cg_sync.workflow.check import Checked, refuse_if_errors
from cg_sync.workflow.chosen import chosen_environment
from cg_sync.workflow.plan import Prepared, plan_changes, source_of
from cg_sync.workflow.remembered import Remembered
from cg_sync.workflow.snap import SECRET_SALT, hashed_url, memberships

RETAKE = "take a new one: cg-sync snapshot -o FILE"


def load_snapshot(path: Path, *, environ: Mapping[str, str]) -> Snapshot:
    """The snapshot in a file. Raises PlanUnusable for one that is broken, edited, not ours or not
    complete.
    """
    data = read_sealed(path, key=environ.get(SIGNING_KEY, ""))
    try:
        refuse_if_foreign(data)
        content = {name: it for name, it in data.items() if name != SEAL}
        refuse_if_errors(Law(read_schemas()).check("snapshot", Document(str(path), content, dict)))
        return read_snapshot(data)
    except NoSnapshot as error:
        raise PlanUnusable(f"{path} {error}", hint=RETAKE) from error


def plan_against(
    checked: Checked,
    path: Path,
    *,
    now: datetime,
    environ: Mapping[str, str],
    max_age: timedelta | None = None,
) -> Prepared:
    """The plan that the shop of the snapshot would have got. Reads no network.

    Raises what `plan_changes` and `load_snapshot` raise; PlanUnusable for a snapshot of another
    environment, address or channel, and PlanStale for one that is older than `max_age`. The address
    is not looked at while it holds `${…}`.
    """
    checked.refuse_if_broken()
    snapshot = load_snapshot(path, environ=environ)
    _refuse_if_not_for(snapshot, chosen_environment(checked), checked, path)
    age = max(now - snapshot.read_at, timedelta())
    if max_age is not None and age > max_age:
        raise PlanStale(
            f"{path} is {spoken(age)} old; at most {spoken(max_age)} is allowed", hint=RETAKE
        )
    salt = _salt_for(snapshot, environ.get(SECRET_SALT, ""))
    desired, passed_over = _comparable(checked.desired, snapshot, known_salt=salt is not None)
    wanted = MemberKeys()
    for _, keys in memberships(desired):
        wanted = wanted | keys
    shop = Remembered(snapshot, wanted, salt or b"", _known_addresses(checked, snapshot.salt))
    prepared = plan_changes(replace(checked, desired=desired), shop)
    plan = prepared.plan
    problems = (*plan.problems, *passed_over, *_presumed(plan, desired, shop))
    read = SnapshotRead(snapshot.read_at, age, signed=bool(environ.get(SIGNING_KEY)))
    source = replace(plan.source or source_of(checked), snapshot=read)
    return replace(prepared, plan=replace(plan, problems=problems, source=source))


def _refuse_if_not_for(snapshot: Snapshot, here: Environment, checked: Checked, path: Path) -> None:
    told = [
        f"{word} {theirs}, not {ours}"
        for word, theirs, ours in (
            ("environment", snapshot.environment, here.name),
            ("channel", snapshot.channel, here.channel),
        )
        if theirs != ours
    ]
    if "${" not in here.url and snapshot.url_sha256 != hashed_url(here):
        told.append(f"an address other than {here.url}")
    needed = {name for kind in checked.kinds for name in (*kind.looks_up, kind.collection)}
    told += [f"without {name}" for name in sorted(needed - snapshot.collections.keys())]
    if told:
        raise PlanUnusable(
            f"{path} was taken of another place: {'; '.join(told)}",
            hint="choose its environment with --env, or take a new one",
        )


def _salt_for(snapshot: Snapshot, secret: str) -> bytes | None:
    """What members were hashed with; None when that is a secret nobody told."""
    members = snapshot.members
    if members is None or not members.check:
        return member_salt(snapshot.salt, "")
    if not secret:
        return None
    salt = member_salt(snapshot.salt, secret)
    if salt_check(salt) != members.check:
        hint = "set the one that it was taken with, or none, to leave members out"
        raise UsageWrong(f"{SECRET_SALT} is not that of the snapshot", hint=hint)
    return salt


def _comparable(
    desired: Desired, snapshot: Snapshot, *, known_salt: bool
) -> tuple[Desired, tuple[Problem, ...]]:
    """The files without the memberships that cannot be held against the snapshot, and a warning
    for each reason.
    """
    reasons: dict[str, list[Wanted]] = {}
    for wanted, keys in memberships(desired):
        reason = _why_not(keys, snapshot.members, known_salt=known_salt)
        if reason:
            reasons.setdefault(reason, []).append(wanted)
    left_out = {it.address for found in reasons.values() for it in found}
    kept = {
        address: replace(it, membership=None) if address in left_out else it
        for address, it in desired.wanted.items()
    }
    problems = tuple(_not_compared(reason, found) for reason, found in reasons.items())
    return replace(desired, wanted=kept), problems


def _why_not(keys: MemberKeys, members: HashedMembers | None, *, known_salt: bool) -> str:
    if members is None:
        return "the snapshot was taken without them"
    if not known_salt:
        return f"they are hashed with a secret, and {SECRET_SALT} is not set"
    lacking = [it for it in KEY_FIELDS if keys.by.get(it) and it not in members.fields]
    return f"the snapshot has no {' and no '.join(lacking)}" if lacking else ""


def _not_compared(reason: str, found: Sequence[Wanted]) -> Problem:
    """One warning for all of them; it stands at the first."""
    return found[0].document.problem(
        "CG-L15",
        f"the members of {counted(len(found), 'group')} were not compared: {reason}",
        ("members",),
        of_key=True,
        hint="the plan says nothing about them; a plan from the shop itself does",
        severity=Severity.WARNING,
    )


def _presumed(plan: Plan, desired: Desired, shop: Remembered) -> Iterator[Problem]:
    """A warning for each group to which somebody is added whom the snapshot does not have."""
    for change in plan.changes:
        if isinstance(change, Delete) or change.members is None:
            continue
        found = [shop.presumed[it.pk] for it in change.members.add if it.pk in shop.presumed]
        if found:
            are = f"{counted(len(found), 'customer')} {'is' if len(found) == 1 else 'are'}"
            people = named(sorted(masked(key) if it != "pk" else f"pk {key}" for it, key in found))
            yield desired.wanted[change.address].document.problem(
                "CG-L14",
                f"members: {are} not in the snapshot: {people}",
                ("members",),
                of_key=True,
                hint="whether the shop has them is not known; they are counted as to be added",
                severity=Severity.WARNING,
            )


def _known_addresses(checked: Checked, salt: str) -> dict[str, str]:
    """The local parts of the addresses in the files by what stands for them in a snapshot."""
    by_name = {kind.name: kind for kind in checked.kinds}
    texts: list[JsonValue] = [address.key for address in checked.desired.absent]
    for wanted in checked.desired.wanted.values():
        texts += [by_name[wanted.address.kind].to_document(wanted.spec), list(wanted.former)]
    return pseudonyms_in(texts, salt)
