"""Plan: reads the shop and works out what has to change. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cg_sync.api.live import fetch_live, fetch_members
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address
from cg_sync.core.diff import diff
from cg_sync.core.kind import Ids
from cg_sync.core.match import check_against_shop, pair_up
from cg_sync.core.member_problems import check_members
from cg_sync.core.plan import Plan, Target, make_plan
from cg_sync.core.state import Live
from cg_sync.errors import Position, Problem, Severity
from cg_sync.files.history import read_deleted_files
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.workflow.check import Checked, refuse_if_errors
from cg_sync.workflow.connect import chosen_environment


@dataclass(frozen=True)
class Prepared:
    """A plan, and the live state it was made from."""

    plan: Plan
    live: Live

    @property
    def ids(self) -> Ids:
        return self.live.ids


def plan_changes(checked: Checked, shop: Shop) -> Prepared:
    """Read the shop and work out what has to change. Writes nothing.

    Raises FilesError when the files have errors, by themselves or against this shop.
    """
    checked.refuse_if_broken()
    environment = chosen_environment(checked)
    live = fetch_live(shop, checked.kinds, checked.context)
    pairs = pair_up(checked.desired, live)
    against_shop = tuple(check_against_shop(checked.desired, pairs, live, checked.kinds))
    refuse_if_errors((*checked.problems, *against_shop))
    members = fetch_members(shop, pairs, checked.kinds)
    unknown = Severity.ERROR if checked.project.unknown_customers == "error" else Severity.WARNING
    unsure = tuple(check_members(pairs, members, unknown=unknown))
    problems = (*checked.problems, *against_shop, *unsure)
    refuse_if_errors(problems)
    difference = diff(
        pairs,
        checked.desired,
        live,
        kinds=checked.kinds,
        ownership=checked.project.ownership,
        members=members,
    )
    beside = tuple(_beside_unmanaged(checked, difference.unmanaged, live))
    gone = tuple(_deleted_files(checked, difference.unmanaged))
    plan = make_plan(
        difference,
        live,
        target=Target(environment.name, environment.url, environment.channel),
        kinds=checked.kinds,
        guards=checked.project.guards,
        problems=(*problems, *beside, *gone),
        calls=shop.calls,
    )
    return Prepared(plan, live)


def _beside_unmanaged(
    checked: Checked, unmanaged: Sequence[Address], live: Live
) -> Iterator[Problem]:
    for kind in checked.kinds:
        wanted = [it for it in checked.desired.wanted.values() if it.address.kind == kind.name]
        specs = [live.held[address].spec for address in unmanaged if address.kind == kind.name]
        yield from kind.check_beside(wanted, specs)


def _deleted_files(checked: Checked, unmanaged: Sequence[Address]) -> Iterator[Problem]:
    """A warning for each resource that has lost its file in this branch and stays in the shop."""
    if not unmanaged:
        return
    by_folder = {kind.folder: kind for kind in checked.kinds}
    for path, content in read_deleted_files(checked.root, list(by_folder)).items():
        kind = by_folder[path.partition("/")[0]]
        document, _ = read_yaml(content, file=path)
        written = document.content if document is not None else None
        key = written.get(kind.key) if isinstance(written, dict) else None
        if isinstance(key, str) and Address(kind.name, key) in unmanaged:
            yield Problem(
                "CG-L08",
                f"the file was deleted; the {kind.label} {key} stays in the shop, now unmanaged",
                Position(path),
                hint=f"to delete the {kind.label}, bring the file back with `state: absent`",
                severity=Severity.WARNING,
            )
