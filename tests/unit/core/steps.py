"""Steps of plans, one by one and in random plans, for what schedules and carries them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from hypothesis import strategies as st

from cg_sync.core.dependencies import Needs
from cg_sync.core.diff import Change, Create, Delete, Update, field_changes
from cg_sync.core.kind import Kind
from cg_sync.core.members import Member, MemberDelta
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
    steps_of,
)
from cg_sync.core.state import Wanted
from cg_sync.errors import Position
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.rules.catalogue import GROUPS_PATH
from cg_sync.rules.ir import Leaf, Rule
from cg_sync.rules.tests import InGroups
from tests.builders import a_group, a_setting, customers

WHERE = Position("groups/a.yaml")


def kind_of(it: Wanted) -> Kind[Context]:
    return next(kind for kind in KINDS if kind.name == it.address.kind)


def naming(*groups: str) -> Rule:
    """A rule for the members of these groups."""
    return Rule(Leaf("groups", GROUPS_PATH, InGroups(tuple(sorted(groups)))))


def a_create(it: Wanted, members: MemberDelta | None = None) -> Create:
    fields = field_changes(kind_of(it), None, it.spec, None)
    return Create(it.address, it.spec, fields, WHERE, members)


def an_update(
    before: Wanted, after: Wanted, *, remote_id: int = 1, members: MemberDelta | None = None
) -> Update:
    former = before.address.key if before.address != after.address else None
    fields = field_changes(kind_of(after), before.spec, after.spec, None)
    return Update(
        after.address, remote_id, before.spec, after.spec, fields, WHERE, former, members
    )  # fmt: skip


def a_delete(it: Wanted, *, remote_id: int = 1, size: int | None = None) -> Delete:
    fields = field_changes(kind_of(it), it.spec, None, None)
    return Delete(it.address, remote_id, it.spec, fields, WHERE, size)


def created(it: Wanted) -> CreateRecord:
    return CreateRecord(a_create(it))


def updated(before: Wanted, after: Wanted) -> UpdateRecord:
    return UpdateRecord(an_update(before, after))


def deleted(it: Wanted) -> DeleteRecord:
    return DeleteRecord(a_delete(it))


def joining(it: Wanted, *pks: int) -> AddMembers:
    """These customers join a group that is there already."""
    members = customers(*pks)
    return AddMembers(an_update(it, it, members=MemberDelta(members, (), 0)), members)


def leaving(it: Wanted, *pks: int, before: Wanted | None = None) -> RemoveMembers:
    """These customers leave a group, which may have another name `before`."""
    members = customers(*pks)
    return RemoveMembers(an_update(before or it, it, members=MemberDelta((), members, 0)), members)


def all_of(needs: Needs) -> frozenset[int]:
    """Everything that a step builds on, alone and together with others."""
    return needs.own.union(*needs.shared)


@cache
def _of_group(name: str, number: int) -> list[Change | None]:
    """All that a random plan may do to a group."""
    group, former = a_group(name), a_group(f"old {name}")
    crowds = [(), (1,), (1, 2), (2, 3, 4), (5, 6), (1, 3, 5)]
    found: list[Change | None] = [None, a_delete(group, remote_id=number)]
    for add in crowds:
        found.append(a_create(group, MemberDelta(customers(*add), (), 0)))
        for remove in crowds:
            gone = customers(*(pk for pk in remove if pk not in add))
            delta = MemberDelta(customers(*add), gone, 0)
            found += [
                an_update(before, group, remote_id=number, members=delta)
                for before in (group, former)
            ]
    return found


@cache
def _of_setting(slug: str, number: int) -> list[Change | None]:
    """All that a random plan may do to a setting."""
    some = [
        a_setting(slug, priority=priority, **fields)
        for priority in (1, 2, 3)
        for fields in (
            {},
            {"active": False},
            {"rule": naming("A")},
            {"rule": naming("B", "old C")},
        )
    ]
    found: list[Change | None] = [None]
    for one in some:
        found += [a_create(one), a_delete(one, remote_id=number)]
        found += [an_update(one, other, remote_id=number) for other in some if other != one]
    return found


def in_small_calls(steps: Iterable[Step], most: int = 2) -> Iterator[Step]:
    """The steps with lists of members cut into calls of that many customers."""
    for step in steps:
        if not isinstance(step, AddMembers | RemoveMembers):
            yield step
            continue
        for chunk in _cut(step.members, most):
            if isinstance(step, AddMembers):
                yield AddMembers(step.change, chunk)
            else:
                yield RemoveMembers(step.change, chunk)


def _cut(members: Sequence[Member], most: int) -> Iterator[tuple[Member, ...]]:
    for start in range(0, len(members), most):
        yield tuple(members[start : start + most])


def _steps(changes: Iterable[Change | None]) -> list[Step]:
    return list(in_small_calls(steps_of([it for it in changes if it is not None], KINDS)))


def plans() -> st.SearchStrategy[list[Step]]:
    """The steps of random plans, in the order of plans."""
    groups = [st.sampled_from(_of_group(name, at)) for at, name in enumerate("ABCD", start=1)]
    settings = [st.sampled_from(_of_setting(slug, at)) for at, slug in enumerate("pqr", start=1)]
    return st.tuples(*groups, *settings).map(_steps)
