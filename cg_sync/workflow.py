"""The tool on one page: check the files, plan against the shop, apply the plan. Each is a row of
plain steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from cg_sync.api.apply import StepFailed, apply_plan
from cg_sync.api.client import Client, Credentials, PasswordLogin, TokenLogin
from cg_sync.api.live import fetch_live, fetch_members
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address
from cg_sync.core.diff import diff
from cg_sync.core.document import Document
from cg_sync.core.kind import Ids, Kind
from cg_sync.core.match import Pair, check_against_shop, pair_up
from cg_sync.core.members import MemberDelta
from cg_sync.core.outcome import Failure, Outcome
from cg_sync.core.plan import Plan, Step, Target, make_plan
from cg_sync.core.privacy import sample
from cg_sync.core.project import Environment, Project, make_project
from cg_sync.core.schema import Law
from cg_sync.core.state import Desired, Live, make_desired
from cg_sync.errors import (
    ApplyStopped,
    FilesError,
    PlanRefused,
    Problem,
    Severity,
    Unauthorised,
    Unreachable,
    UsageWrong,
    did_you_mean,
)
from cg_sync.files.environment import substitute
from cg_sync.files.members import read_memberships
from cg_sync.files.schemas import read_schemas
from cg_sync.files.tree import Tree, read_tree
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.rules.catalogue import Catalogue, check_catalogue, make_catalogue
from cg_sync.rules.parse import Vocabulary


@dataclass(frozen=True)
class Checked:
    """A project whose files were read and held against everything that can be known without the
    shop.
    """

    root: Path
    project: Project
    environment: Environment | None
    context: Context
    desired: Desired
    problems: tuple[Problem, ...]
    kinds: tuple[Kind[Context], ...] = KINDS

    def refuse_if_broken(self) -> None:
        """Raise FilesError when there is an error among the problems."""
        refuse_if_errors(self.problems)


def refuse_if_errors(problems: Iterable[Problem]) -> None:
    """Raise FilesError with all problems when one of them is an error."""
    found = tuple(problems)
    if any(problem.severity is Severity.ERROR for problem in found):
        raise FilesError(found)


# ── check ────────────────────────────────────────────────────────────────────────────────────────


def check_files(
    root: Path,
    *,
    environment: str | None,
    environ: Mapping[str, str],
    kinds: tuple[Kind[Context], ...] = KINDS,
) -> Checked:
    """Read the whole project and find everything that is wrong with it.

    Raises FilesError when the project itself cannot be made sense of (cg-sync.yaml,
    attributes.yaml, value lists); problems of single resources are in the result. Raises UsageWrong
    for an environment that is not there.
    """
    tree, problems = read_tree(root, {kind.name: kind.folder for kind in kinds})
    law = Law(read_schemas())
    project, chosen, project_problems = _read_project(tree, law, environment, environ)
    vocabulary, vocabulary_problems = _read_vocabulary(tree, law)
    problems = (*problems, *project_problems, *vocabulary_problems)
    if project is None or vocabulary is None:
        raise FilesError(problems)
    context = Context(ZoneInfo(project.timezone), vocabulary)
    variables = chosen.vars if chosen is not None else _common_vars(project)
    documents: dict[str, list[Document]] = {}
    for kind_name, found in tree.resources.items():
        pairs = [substitute(document, variables) for document in found]
        documents[kind_name] = [document for document, _ in pairs]
        problems = (*problems, *(problem for _, unset in pairs for problem in unset))
    in_lists = [
        document for kind in kinds if kind.has_members for document in documents.get(kind.name, ())
    ]
    listed, member_problems = read_memberships(root, in_lists)
    desired, resource_problems = make_desired(
        documents, kinds=kinds, law=law, context=context, listed=listed
    )
    problems = (*problems, *resource_problems, *member_problems)
    return Checked(root, project, chosen, context, desired, _in_file_order(problems), kinds)


def _read_project(
    tree: Tree, law: Law, environment: str | None, environ: Mapping[str, str]
) -> tuple[Project | None, Environment | None, tuple[Problem, ...]]:
    document = tree.project
    if document is None:
        return None, None, ()
    broken = law.check("project", document)
    if broken:
        return None, None, broken
    names = list(cast(JsonObject, cast(JsonObject, document.content)["environments"]))
    if environment is None and len(names) == 1:
        environment = names[0]
    if environment is None:
        project, problems = make_project(document)
        return project, None, problems
    if environment not in names:
        near = did_you_mean(environment, names)
        raise UsageWrong(
            f"cg-sync.yaml has no environment {environment}",
            hint=f"{near} it has: {', '.join(names)}".strip(),
        )
    document, unset = substitute(document, environ, below=("environments", environment))
    project, problems = make_project(document)
    chosen = project.environments[environment] if project is not None else None
    return project if not unset else None, chosen, (*unset, *problems)


def _read_vocabulary(tree: Tree, law: Law) -> tuple[Vocabulary | None, tuple[Problem, ...]]:
    problems: list[Problem] = []
    catalogue: Catalogue | None = Catalogue({})
    if tree.attributes is not None:
        document = tree.attributes
        problems += law.check("attributes", document)
        if not problems:
            content = cast(JsonObject, document.content)
            problems += [
                document.problem(it.code, it.message, it.pointer, of_key=it.of_key, hint=it.hint)
                for it in check_catalogue(content)
            ]
            catalogue = make_catalogue(content)
    lists: dict[str, tuple[str, ...]] = {}
    for name, document in tree.lists.items():
        broken = law.check("list", document)
        problems += broken
        if not broken:
            values = cast(JsonObject, document.content)["values"]
            lists[name] = tuple(cast(Sequence[str], values))
    if problems or catalogue is None:
        return None, tuple(problems)
    return Vocabulary(catalogue, lists), ()


def _common_vars(project: Project) -> Mapping[str, str]:
    """The variables that every environment sets, with the first one's values: enough to check files
    without choosing.
    """
    environments = list(project.environments.values())
    return {
        name: value
        for name, value in environments[0].vars.items()
        if all(name in environment.vars for environment in environments)
    }


def _in_file_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda it: (it.where is None, it.where, it.code, it.message)))


# ── the shop ─────────────────────────────────────────────────────────────────────────────────────


def open_shop(
    checked: Checked,
    *,
    environ: Mapping[str, str],
    writable: bool,
    on_retry: Callable[[str], None] = lambda _message: None,
) -> Shop:
    """The shop of the chosen environment. Unless `writable`, no write can leave this machine."""
    environment = chosen_environment(checked)
    client = Client(
        environment.url,
        credentials_from(environ),
        writable=writable,
        timeout=(5, environment.timeout_seconds),
        environ=environ,
        on_retry=on_retry,
    )
    return Shop(
        client,
        channel=environment.channel,
        paths=environment.paths,
        page_size=environment.page_size,
    )


def chosen_environment(checked: Checked) -> Environment:
    """The environment of this run; raises UsageWrong when none was chosen and there are several."""
    if checked.environment is None:
        raise UsageWrong(
            f"which environment? cg-sync.yaml has {', '.join(checked.project.environments)}",
            hint="say it with --env NAME, or set CG_SYNC_ENV",
        )
    return checked.environment


def credentials_from(environ: Mapping[str, str]) -> Credentials:
    """The credentials in the environment; raises Unauthorised when there are none."""
    if token := environ.get("CG_SYNC_TOKEN"):
        return TokenLogin(token)
    username, password = environ.get("CG_SYNC_USERNAME"), environ.get("CG_SYNC_PASSWORD")
    if username and password:
        return PasswordLogin(username, password)
    raise Unauthorised(
        "no credentials for the shop",
        hint="set CG_SYNC_TOKEN, or CG_SYNC_USERNAME and CG_SYNC_PASSWORD, in the environment",
    )


# ── plan ─────────────────────────────────────────────────────────────────────────────────────────


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
    unknown = tuple(_unknown_customers(pairs, members, checked.project))
    problems = (*checked.problems, *against_shop, *unknown)
    refuse_if_errors(problems)
    difference = diff(
        pairs,
        checked.desired,
        live,
        kinds=checked.kinds,
        ownership=checked.project.ownership,
        members=members,
    )
    plan = make_plan(
        difference,
        live,
        target=Target(environment.name, environment.url, environment.channel),
        kinds=checked.kinds,
        guards=checked.project.guards,
        problems=problems,
        calls=shop.calls,
    )
    return Prepared(plan, live)


def _unknown_customers(
    pairs: Sequence[Pair], members: Mapping[Address, MemberDelta], project: Project
) -> Iterator[Problem]:
    severity = Severity.ERROR if project.unknown_customers == "error" else Severity.WARNING
    for pair in pairs:
        delta = members.get(pair.wanted.address)
        for several, code, what in (
            (False, "CG-L04", "unknown to the shop"),
            (True, "CG-L07", "not told apart by their keys"),
        ):
            keys = [it.key for it in (delta.unknown if delta else ()) if it.several is several]
            if keys:
                yield pair.wanted.document.problem(
                    code,
                    f"members: {len(keys):,} customer(s) {what}: {sample(keys)}",
                    ("members",),
                    of_key=True,
                    hint="the others are handled; these are left out",
                    severity=severity,
                )


# ── apply ────────────────────────────────────────────────────────────────────────────────────────


def refuse_if_guarded(plan: Plan, acknowledgements: Sequence[str]) -> None:
    """Raise PlanRefused when a guard says no and nobody has allowed it for exactly this plan."""
    tripped = plan.allowed_by(acknowledgements)
    if tripped:
        allow = " ".join(f"--allow {it.rule}@{plan.short_digest}" for it in tripped)
        raise PlanRefused(
            f"{len(tripped)} guard(s) refuse this plan; nothing was changed",
            hint=f"if this is meant: cg-sync apply {allow}",
        )


def apply_changes(
    checked: Checked,
    prepared: Prepared,
    shop: Shop,
    *,
    on_step: Callable[[Step], None],
) -> Outcome:
    """Carry out the plan, tell of each write once it is really done, then look at the shop again.

    An API error ends it; the result then has the failure, and nobody looks again.
    """
    done: list[Step] = []
    try:
        for step in apply_plan(prepared.plan, shop, kinds=checked.kinds, ids=prepared.ids):
            done.append(step)
            on_step(step)
    except StepFailed as failed:
        if not done and _nothing_was_written(failed):
            raise failed.error from failed
        return Outcome(
            prepared.plan, tuple(done), Failure(failed.step, str(failed.error), failed.error.hint)
        )
    left = plan_changes(checked, shop).plan.changes
    return Outcome(prepared.plan, tuple(done), left=left)


def _nothing_was_written(failed: StepFailed) -> bool:
    """True when the first write certainly did not happen for a reason that has an exit code of its
    own.
    """
    error = failed.error
    return isinstance(error, Unauthorised) or (isinstance(error, Unreachable) and not error.sent)


def refuse_if_stopped(outcome: Outcome) -> None:
    """Raise ApplyStopped when an apply did not reach what was planned."""
    if outcome.failure is not None:
        raise ApplyStopped(
            f"stopped after {len(outcome.done)} of {len(outcome.plan.steps)} writes: "
            f"{outcome.failure.reason}",
            done=bool(outcome.done),
            hint=outcome.failure.hint or "what is done stays done; mend the cause and apply again",
        )
    if outcome.left:
        raise ApplyStopped(
            f"not converged: {len(outcome.left)} resource(s) are not as written",
            done=True,
            hint="the shop stores something else than it was sent; the list above names it",
        )
