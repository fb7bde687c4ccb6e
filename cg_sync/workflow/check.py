"""Check: reads a whole project and finds everything that is wrong with it, without the shop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeGuard, cast
from zoneinfo import ZoneInfo

from cg_sync.core.document import Document
from cg_sync.core.kind import Kind
from cg_sync.core.loosening import read_loosened
from cg_sync.core.project import Environment, Project, make_project
from cg_sync.core.schema import Law
from cg_sync.core.state import Desired, make_desired
from cg_sync.errors import FilesError, Problem, Severity, UsageWrong, did_you_mean
from cg_sync.files.addresses import addresses_in_git
from cg_sync.files.document_cache import DocumentCache
from cg_sync.files.environment import VARS, substitute
from cg_sync.files.members import read_memberships
from cg_sync.files.schemas import read_schemas
from cg_sync.files.tree import Tree, read_tree
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from cg_sync.kinds.setting_overlaps import check_overlaps
from cg_sync.rules.catalogue import Catalogue, check_catalogue, make_catalogue
from cg_sync.rules.dialect import check_dialect, make_dialect
from cg_sync.rules.parse import Vocabulary, check_condition
from cg_sync.rules.problem import RuleProblem
from cg_sync.rules.review.invariants import Invariant, read_invariants


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
    invariants: tuple[Invariant, ...] = ()
    tree: Tree = field(kw_only=True)
    cache: DocumentCache | None = field(default=None, kw_only=True, repr=False, compare=False)

    def refuse_if_broken(self) -> None:
        """Raise FilesError when there is an error among the problems."""
        refuse_if_errors(self.problems)


def refuse_if_errors(problems: Iterable[Problem]) -> None:
    """Raise FilesError with all problems when one of them is an error."""
    found = tuple(problems)
    if any(problem.severity is Severity.ERROR for problem in found):
        raise FilesError(found)


def check_files(
    root: Path,
    *,
    environment: str | None,
    environ: Mapping[str, str] | None,
    kinds: tuple[Kind[Context], ...] = KINDS,
    cache: DocumentCache | None = None,
) -> Checked:
    """Read the whole project and find everything that is wrong with it.

    Without an `environ` the address of the shop stays as it is written, for who will not call it.
    What is in the `cache` is not parsed again, and what was parsed is there for the next run.
    Raises FilesError when the project itself cannot be made sense of (cg-sync.yaml,
    attributes.yaml, value lists); problems of single resources are in the result. Raises UsageWrong
    for an environment that is not there.
    """
    tree, problems = _read_tree(root, {kind.name: kind.folder for kind in kinds}, cache)
    law = Law(read_schemas())
    project, chosen, project_problems = _read_project(tree, law, environment, environ)
    timezone = project.timezone if project is not None else "UTC"
    dialect = project.dialect if project is not None else {}
    vocabulary, vocabulary_problems = _read_vocabulary(tree, law, timezone, dialect)
    problems = (*problems, *project_problems, *vocabulary_problems)
    if project is None or vocabulary is None:
        raise FilesError(problems)
    context = Context(ZoneInfo(project.timezone), vocabulary)
    kinds = tuple(kind.in_context(kind, context) for kind in kinds)
    variables = chosen.vars if chosen is not None else _common_vars(project)
    documents: dict[str, list[Document]] = {}
    for kind_name, found in tree.resources.items():
        pairs = [substitute(document, variables, source=VARS) for document in found]
        documents[kind_name] = [document for document, _ in pairs]
        problems = (*problems, *(problem for _, unset in pairs for problem in unset))
    in_lists = [
        document for kind in kinds if kind.has_members for document in documents.get(kind.name, ())
    ]
    listed, member_problems = read_memberships(root, in_lists)
    if project.privacy.emails_in_git == "forbid":
        member_problems = (*member_problems, *addresses_in_git(root, in_lists))
    desired, resource_problems = make_desired(
        documents, kinds=kinds, law=law, context=context, listed=listed
    )
    loosened, too_loose = read_loosened(desired, project.policy.guards)
    project = project.with_loosened(loosened)
    problems = (*problems, *resource_problems, *member_problems, *too_loose)
    settings = documents.get(CUSTOMER_GROUP_SETTING.name)
    slugs = _slugs(settings or (), problems)
    invariants, invariant_problems = _read_invariants(
        tree, law, None if settings is None else slugs, vocabulary
    )
    problems = (*problems, *invariant_problems, *_check_overlaps(desired, slugs))
    return Checked(
        root,
        project,
        chosen,
        context,
        desired,
        in_file_order(problems),
        kinds,
        invariants,
        tree=tree,
        cache=cache,
    )


def _read_tree(
    root: Path, folders: Mapping[str, str], cache: DocumentCache | None
) -> tuple[Tree, tuple[Problem, ...]]:
    if cache is None:
        return read_tree(root, folders)
    found = read_tree(root, folders, read=cache.read)
    cache.save()
    return found


def _read_project(
    tree: Tree, law: Law, environment: str | None, environ: Mapping[str, str] | None
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
        return project.within(None) if project is not None else None, None, problems
    if environment not in names:
        near = did_you_mean(environment, names)
        raise UsageWrong(
            f"cg-sync.yaml has no environment {environment}",
            hint=f"{near} it has: {', '.join(names)}".strip(),
        )
    unset: tuple[Problem, ...] = ()
    if environ is not None:
        document, unset = substitute(document, environ, below=("environments", environment))
    project, problems = make_project(document)
    if project is None or unset:
        return None, None, (*unset, *problems)
    chosen = project.environments[environment]
    return project.within(chosen), chosen, problems


def _read_vocabulary(
    tree: Tree, law: Law, timezone: str, dialect: JsonObject
) -> tuple[Vocabulary | None, tuple[Problem, ...]]:
    """The words that rules may use; days are counted in `timezone`, and `dialect` is as the project
    writes it."""
    problems: list[Problem] = []
    catalogue = Catalogue({})
    if tree.attributes is not None:
        document = tree.attributes
        problems += law.check("attributes", document)
        if not problems:
            content = cast(JsonObject, document.content)
            problems += _placed(document, (), check_catalogue(content))
            catalogue = make_catalogue(content, timezone)
    if tree.project is not None and not problems:
        problems += _placed(tree.project, ("dialect",), check_dialect(dialect, catalogue))
    lists: dict[str, tuple[str, ...]] = {}
    for name, document in tree.lists.items():
        broken = law.check("list", document)
        problems += broken
        if not broken:
            values = cast(JsonObject, document.content)["values"]
            lists[name] = tuple(cast(Sequence[str], values))
    conditions: dict[str, JsonValue] = {}
    for name, document in tree.conditions.items():
        broken = law.check("condition", document, leaving=(("condition",),))
        problems += broken
        if not broken:
            conditions[name] = cast(JsonObject, document.content)["condition"]
    vocabulary = Vocabulary(catalogue, lists, conditions, make_dialect(dialect))
    for name in () if problems else conditions:
        document = tree.conditions[name]
        problems += _placed(document, ("condition",), check_condition(name, vocabulary))
    return (None if problems else vocabulary), tuple(problems)


def _read_invariants(
    tree: Tree, law: Law, slugs: Iterable[str] | None, vocabulary: Vocabulary
) -> tuple[tuple[Invariant, ...], tuple[Problem, ...]]:
    """What invariants.yaml demands of the settings; nothing when settings were not asked for."""
    if tree.invariants is None or slugs is None:
        return (), ()
    broken = law.check("invariants", tree.invariants)
    if broken:
        return (), broken
    invariants, problems = read_invariants(tree.invariants.content, slugs, vocabulary)
    return invariants, tuple(_placed(tree.invariants, (), problems))


def _check_overlaps(desired: Desired, slugs: Collection[str]) -> Iterator[Problem]:
    kind = CUSTOMER_GROUP_SETTING.name
    return check_overlaps((it for it in desired.wanted.values() if it.address.kind == kind), slugs)


def _slugs(settings: Iterable[Document], problems: Iterable[Problem]) -> frozenset[str]:
    """The slugs that other files may name, also of settings with faults: a file that cannot be
    read goes by its name."""
    present = {str(it.content["slug"]) for it in settings if _is_present(it.content)}
    broken = {
        PurePosixPath(it.where.file)
        for it in problems
        if it.where is not None and it.severity is Severity.ERROR
    }
    folder = PurePosixPath(CUSTOMER_GROUP_SETTING.folder)
    return frozenset(present | {file.stem for file in broken if file.parent == folder})


def _is_present(content: JsonValue) -> TypeGuard[JsonObject]:
    """Whether it is a setting that should be there, also one with other faults."""
    return isinstance(content, dict) and "slug" in content and content.get("state") != "absent"


def _placed(
    document: Document, below: Pointer, problems: Iterable[RuleProblem]
) -> Iterator[Problem]:
    for it in problems:
        pointer = (*below, *it.pointer)
        yield document.problem(it.code, it.message, pointer, of_key=it.of_key, hint=it.hint)


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


def in_file_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by file and place; those without a place come last."""
    return tuple(sorted(problems, key=lambda it: (it.where is None, it.where, it.code, it.message)))
