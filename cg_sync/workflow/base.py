"""Base: the project as it was where a branch began, and whose doing the changes of a plan are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from cg_sync.core.address import Address
from cg_sync.core.kind import Ids
from cg_sync.core.plan import Plan
from cg_sync.core.state import Desired, Live, Wanted
from cg_sync.core.three_way import Side, tell_apart
from cg_sync.errors import FilesError, Severity, UsageWrong, counted
from cg_sync.files.git_tree import is_in_commit, read_commit, read_shared_commit, unpacked
from cg_sync.files.tree import PROJECT_FILE
from cg_sync.workflow.check import Checked, check_files
from cg_sync.workflow.chosen import chosen_environment


@dataclass(frozen=True)
class Base:
    """The commit in which a branch began. `checked` are its files; None when it had no project
    here, or not this environment: then it wanted nothing of this shop.
    """

    commit: str
    checked: Checked | None


def check_base(checked: Checked, ref: str, *, environ: Mapping[str, str]) -> Base:
    """The files as they were where HEAD left the history of `ref`, checked for the same
    environment. Git runs in `environ`.

    Raises UsageWrong when git has no such commit, and when there are errors in its files.
    """
    root, environment = checked.root, chosen_environment(checked).name
    commit = read_shared_commit(root, read_commit(root, ref, environ=environ), environ=environ)
    if not is_in_commit(root, commit, PROJECT_FILE, environ=environ):
        return Base(commit, None)
    with unpacked(root, commit, environ=environ) as folder:
        try:
            # The base never calls the shop, so nobody needs what its address is made of.
            there = check_files(folder, environment=environment, environ=None, cache=checked.cache)
            there.refuse_if_broken()
        except UsageWrong:
            return Base(commit, None)
        except FilesError as error:
            raise _broken(ref, commit, error) from error
    return Base(commit, there)


def _broken(ref: str, commit: str, error: FilesError) -> UsageWrong:
    errors = [it for it in error.problems if it.severity is Severity.ERROR]
    first = f"{errors[0].where}: {errors[0].message}" if errors[0].where else errors[0].message
    return UsageWrong(
        f"{commit[:12]}, where this branch left {ref}, has {counted(len(errors), 'problem')} in "
        f"its files, first {first}",
        hint="mend them there first; without a base the plan is the same, whoever's doing it is",
    )


def told_apart(plan: Plan, checked: Checked, base: Base, live: Live) -> Plan:
    """The plan with whose doing its changes are; `live` is the shop it was made from."""
    from_snapshot = plan.source is not None and plan.source.snapshot is not None
    apart = tell_apart(
        plan.changes,
        head=Side(checked.desired, checked.project.ownership),
        base=_side_of(base, checked, live.ids),
        live=live,
        kinds=checked.kinds,
        by_member=not from_snapshot,
    )
    source = plan.source if plan.source is None else replace(plan.source, base=base.commit)
    return replace(plan, origins=apart.origins, already_live=apart.already_live, source=source)


def _side_of(base: Base, checked: Checked, ids: Ids) -> Side:
    if base.checked is None:
        return Side(Desired(), {})
    desired, before = base.checked.desired, base.checked.context.vocabulary.catalogue
    if before != checked.context.vocabulary.catalogue:
        desired = replace(desired, wanted=dict(_in_words_of(checked, desired, ids)))
    return Side(desired, base.checked.project.ownership)


def _in_words_of(checked: Checked, desired: Desired, ids: Ids) -> Iterator[tuple[Address, Wanted]]:
    """What the base wants as the branch would read it from the shop: where the branch calls an
    attribute otherwise, a rule is another only when the shop would see another.
    """
    kinds = {kind.name: kind for kind in checked.kinds}
    for address, wanted in desired.wanted.items():
        kind, spec = kinds[address.kind], wanted.spec
        # This shop may lack a list or a group that only the base speaks of.
        with suppress(KeyError):
            spec = kind.from_wire(kind.to_wire(spec, ids), ids, checked.context)
        yield address, replace(wanted, spec=spec)
