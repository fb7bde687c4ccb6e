"""A plan from its file: read without any project, or told why it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast, get_args

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update
from cg_sync.core.forecast import Forecast, Pace, Phase, Reads
from cg_sync.core.frozen import Frozen
from cg_sync.core.guards import Tripped
from cg_sync.core.kind import C, Kind
from cg_sync.core.members import Member, MemberDelta, UnknownKey
from cg_sync.core.origin import Origin
from cg_sync.core.plan import Plan, Target, digest_of_intents, steps_of
from cg_sync.core.reading import Mark, Note, Reading
from cg_sync.core.source import SnapshotRead, Source
from cg_sync.errors import Position, Problem, Severity
from cg_sync.jsonvalue import JsonObject
from cg_sync.report.saved import SavedPlan, bound_steps

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,99}")

FORMAT = "cg-sync/plan"
MAJOR = "1"


class Misfit(ValueError):
    """A document that is no plan of ours; the text says why, as the end of a sentence about it."""


def read_saved(data: JsonObject, kinds: Sequence[Kind[C]]) -> SavedPlan:
    """The plan that `saved_data` made, read without any project.

    Raises Misfit for what is no such document, for one of another major version, and for one whose
    parts do not agree.
    """
    refuse_if_foreign(data)
    try:
        saved = _read(cast(Mapping[str, Any], data), {kind.name: kind for kind in kinds})
        steps = cast(Mapping[str, Any], data["bound"])["steps"]
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise Misfit(f"is broken: {type(error).__name__} {error}") from error
    plan = saved.plan
    if digest_of_intents(plan.target, plan.intents.values()) != plan.digest:
        raise Misfit("does not agree with itself: its digest is not that of its changes")
    if bound_steps(plan) != steps:
        raise Misfit("orders its writes otherwise than this version of cg-sync would")
    return saved


def refuse_if_foreign(data: JsonObject) -> None:
    """Raise Misfit for what is no plan, of another major version, or not for being read again."""
    if data.get("format") != FORMAT:
        raise Misfit("is not a plan of cg-sync")
    version = str(data.get("format_version", ""))
    if version.partition(".")[0] != MAJOR:
        source = data.get("source")
        maker = source.get("tool_version") if isinstance(source, Mapping) else None
        by = f" by cg-sync {maker}" if isinstance(maker, str) else ""
        raise Misfit(f"was made{by} in format {version}, and this version reads format {MAJOR}.x")
    if "bound" not in data:
        raise Misfit("was printed, not saved: only what `cg-sync plan -o FILE` writes can be read")


def _read(data: Mapping[str, Any], kinds: Mapping[str, Kind[C]]) -> SavedPlan:
    bound = data["bound"]
    pairs = list(zip(data["changes"], bound["changes"], strict=True))
    changes = tuple(_change(shown, it, kinds[it["kind"]]) for shown, it in pairs)
    addresses = [change.address for change in changes]
    found = dict(zip(addresses, pairs, strict=True))
    plan = Plan(
        target=Target(**data["target"]),
        changes=changes,
        steps=tuple(steps_of(changes, tuple(kinds.values()))),
        tripped=tuple(_tripped(it) for it in data["guards"]),
        problems=tuple(_problem(it) for it in data["problems"]),
        unmanaged=tuple(_address(it) for it in data["unmanaged"]),
        unchanged=data["summary"]["unchanged"],
        digest=data["digest"],
        calls={_ours(verb): int(count) for verb, count in data["calls"].items()},
        intents={address: it["intent"] for address, (_, it) in found.items()},
        readings={
            address: _reading(shown["reading"])
            for address, (shown, _) in found.items()
            if "reading" in shown
        },
        fingerprints={address: it["fingerprint"] for address, (_, it) in found.items()},
        origins={
            address: _origins(shown["origins"])
            for address, (shown, _) in found.items()
            if "origins" in shown
        },
        already_live=tuple(_address(it) for it in data.get("already_live", ())),
        source=_source(data["source"]),
        view=data["view"],
        forecast=_forecast(data.get("forecast")),
    )
    made_at = datetime.fromisoformat(bound["made_at"])
    if made_at.tzinfo is None:
        raise ValueError("made_at has no offset")
    return SavedPlan(plan, made_at)


def _change(shown: Mapping[str, Any], bound: Mapping[str, Any], kind: Kind[C]) -> Change:
    address = Address(bound["kind"], bound["key"])
    fields = tuple(_fields(shown["fields"], kind))
    where = _position(shown["where"])
    members = _members(bound["members"]) if "members" in bound else None
    match shown["action"]:
        case "create":
            assert where is not None
            return Create(address, _after(bound), fields, where, members)
        case "update":
            assert where is not None
            return Update(
                address, bound["id"], _before(bound), _after(bound), fields, where,
                bound["former"], members,
            )  # fmt: skip
        case "delete":
            return Delete(address, bound["id"], _before(bound), fields, where, bound["size"])
        case other:
            raise ValueError(f"no such action: {other}")


def _fields(shown: Mapping[str, Any], kind: Kind[C]) -> Iterator[FieldChange]:
    for name, it in shown.items():
        yield FieldChange(
            _ours(name), it["old"], it["new"], _position(it["where"]), name == kind.key
        )


def _before(bound: Mapping[str, Any]) -> Frozen:
    return _frozen(content=bound["before"])


def _after(bound: Mapping[str, Any]) -> Frozen:
    return _frozen(**bound["after"])


def _frozen(*, content: Any, fingerprint: Any = "") -> Frozen:
    if not isinstance(content, Mapping) or not isinstance(fingerprint, str):
        raise TypeError("a record that is none")
    return Frozen(content=content, fingerprint=fingerprint)


def _members(bound: Mapping[str, Any]) -> MemberDelta:
    return MemberDelta(
        add=_people(bound["add"], bound["add_shown"]),
        remove=_people(bound["remove"], bound["remove_shown"]),
        kept=bound["kept"],
        unknown=tuple(UnknownKey(*it) for it in bound["unknown"]),
        withheld=_people(bound["withheld"], []),
        fingerprint=bound["fingerprint"],
    )


def _people(pks: Sequence[int], shown: Sequence[str]) -> tuple[Member, ...]:
    names = dict(zip(pks, shown, strict=False))
    return tuple(Member(pk, names.get(pk, "")) for pk in pks)


def _position(data: Mapping[str, Any] | None) -> Position | None:
    return None if data is None else Position(data["file"], int(data["line"]), int(data["column"]))


def _address(data: Mapping[str, Any]) -> Address:
    return Address(data["kind"], data["key"])


def _tripped(data: Mapping[str, Any]) -> Tripped:
    words = {"code": _ours(data["code"]), "rule": _ours(data["rule"])}
    names = tuple(data.get("names", ()))
    return Tripped(**{**data, **words, "where": _position(data["where"]), "names": names})


def _problem(data: Mapping[str, Any]) -> Problem:
    severity = Severity(data["severity"])
    return Problem(
        _ours(data["code"]), data["message"], _position(data["where"]), data["hint"], severity
    )


def _reading(data: Mapping[str, Any]) -> Reading:
    return Reading(
        field=_ours(data["field"]),
        english=tuple(data["english"]),
        notes=tuple(Note(_mark(it["mark"]), it["text"]) for it in data["notes"]),
        verdict=data["verdict"] and _ours(data["verdict"]),
        proof=data["proof"],
        gains=data["gains"],
        loses=data["loses"],
        unverified=tuple(data["unverified"]),
    )


def _origins(data: Mapping[str, Any]) -> dict[str, Origin]:
    return {name and _ours(name): Origin(it) for name, it in data.items()}


def _source(data: Mapping[str, Any] | None) -> Source | None:
    if data is None:
        return None
    snapshot = data["snapshot"]
    return Source(
        tool_version=data["tool_version"],
        commit=data["commit"],
        dirty=data["dirty"],
        base=data["base"],
        folder=data["folder"],
        snapshot=None
        if snapshot is None
        else SnapshotRead(
            datetime.fromisoformat(snapshot["read_at"]),
            timedelta(seconds=snapshot["age_seconds"]),
            snapshot["signed"],
        ),
    )


def _forecast(data: Mapping[str, Any] | None) -> Forecast | None:
    if data is None:
        return None
    pace = data["pace"]
    return Forecast(
        Reads(**data["reads_before"]),
        tuple(
            Phase(
                _ours(it["write"]), _ours(it["kind"]), it["writes"], it["looks"], it["kept_looks"]
            )
            for it in data["phases"]
        ),
        Reads(**data["reads_after"]),
        data["log_ins"],
        data["exact"],
        None
        if pace is None
        else Pace(pace["latency_seconds"], pace["page_seconds"], pace["calls_per_second"]),
        data["parallel"],
    )


def _ours(word: Any) -> str:
    """A word that cg-sync itself gives, in which no format looks for the text of others."""
    if not (isinstance(word, str) and _WORD.fullmatch(word)):
        raise ValueError("a name that cg-sync does not give")
    return word


def _mark(mark: Any) -> Mark:
    if mark not in get_args(Mark):
        raise ValueError("a mark that cg-sync does not make")
    return cast(Mark, mark)
