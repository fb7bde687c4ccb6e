"""Plan: reads the shop and works out what has to change. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from cg_sync.api.live import CountingReader, fetch_live, fetch_members
from cg_sync.core.address import Address
from cg_sync.core.diff import diff
from cg_sync.core.kind import Ids
from cg_sync.core.match import check_against_shop, pair_up
from cg_sync.core.member_problems import check_members
from cg_sync.core.plan import Plan, Target, make_plan
from cg_sync.core.source import Source
from cg_sync.core.state import Live
from cg_sync.core.still_used import check_still_used
from cg_sync.errors import Problem, Severity
from cg_sync.files.history import read_checkout
from cg_sync.files.repository import folder_in_repository
from cg_sync.files.tree import PROJECT_PATHS
from cg_sync.workflow.check import Checked, refuse_if_errors
from cg_sync.workflow.chosen import chosen_environment
from cg_sync.workflow.forecast import from_files
from cg_sync.workflow.renames import check_left_behind, find_renames, read_former


@dataclass(frozen=True)
class Prepared:
    """A plan, and the live state it was made from."""

    plan: Plan
    live: Live

    @property
    def ids(self) -> Ids:
        return self.live.ids


def plan_changes(
    checked: Checked, shop: CountingReader, *, renames: Severity = Severity.ERROR
) -> Prepared:
    """Read the shop and work out what has to change. Writes nothing. `renames` is how severe it is
    that something looks like a rename nobody wrote down.

    Raises FilesError when the files have errors, by themselves or against this shop.
    """
    checked.refuse_if_broken()
    environment = chosen_environment(checked)
    live = fetch_live(shop, checked.kinds, checked.context, checked.desired.wanted)
    pairs = pair_up(checked.desired, live)
    against_shop = tuple(check_against_shop(checked.desired, pairs, live, checked.kinds))
    refuse_if_errors((*checked.problems, *against_shop))
    spent = shop.reads
    members = fetch_members(shop, pairs, checked.kinds)
    spent = shop.reads - spent
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
    former = read_former(checked, difference)
    alike = find_renames(checked, difference, live, shop, former, severity=renames)
    used = check_still_used(difference.changes, checked.desired, live, checked.kinds)
    problems = (*problems, *alike, *used)
    refuse_if_errors(problems)
    beside = tuple(_beside_unmanaged(checked, difference.unmanaged, live))
    gone = tuple(check_left_behind(checked, difference.unmanaged, former))
    plan = make_plan(
        difference,
        live,
        target=Target(environment.name, environment.url, environment.channel),
        kinds=checked.kinds,
        guards=checked.project.guards,
        problems=(*problems, *beside, *gone),
        calls=shop.calls,
        source=source_of(checked),
    )
    plan = from_files(plan, live, checked, shop, members, spent_on_members=spent)
    return Prepared(plan, live)


def source_of(checked: Checked) -> Source:
    """Where a plan made now comes from."""
    kinds = (kind.folder for kind in checked.kinds)
    checkout = read_checkout(checked.root, [*PROJECT_PATHS, *kinds])
    folder = folder_in_repository(checked.root)
    return Source(version("cg-sync"), checkout.commit, checkout.dirty, folder=folder)


def _beside_unmanaged(
    checked: Checked, unmanaged: Sequence[Address], live: Live
) -> Iterator[Problem]:
    for kind in checked.kinds:
        wanted = [it for it in checked.desired.wanted.values() if it.address.kind == kind.name]
        specs = [live.held[address].spec for address in unmanaged if address.kind == kind.name]
        yield from kind.check_beside(wanted, specs)
