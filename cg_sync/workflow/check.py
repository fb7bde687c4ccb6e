"""Check: reads a whole project and finds everything that is wrong with it, without the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from cg_sync.core.document import Document
from cg_sync.core.kind import Kind
from cg_sync.core.project import Environment, Project, make_project
from cg_sync.core.schema import Law
from cg_sync.core.state import Desired, make_desired
from cg_sync.errors import FilesError, Problem, Severity, UsageWrong, did_you_mean
from cg_sync.files.environment import VARS, substitute
from cg_sync.files.members import read_memberships
from cg_sync.files.schemas import read_schemas
from cg_sync.files.tree import Tree, read_tree
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.rules.catalogue import Catalogue, check_catalogue, make_catalogue
from cg_sync.rules.parse import Vocabulary, check_condition
from cg_sync.rules.problem import RuleProblem


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


def check_files(
    root: Path,
    *,
    environment: str | None,
    environ: Mapping[str, str] | None,
    kinds: tuple[Kind[Context], ...] = KINDS,
) -> Checked:
    """Read the whole project and find everything that is wrong with it.

    Without an `environ` the address of the shop stays as it is written, for who will not call it.
    Raises FilesError when the project itself cannot be made sense of (cg-sync.yaml,
    attributes.yaml, value lists); problems of single resources are in the result. Raises UsageWrong
    for an environment that is not there.
    """
    tree, problems = read_tree(root, {kind.name: kind.folder for kind in kinds})
    law = Law(read_schemas())
    project, chosen, project_problems = _read_project(tree, law, environment, environ)
    timezone = project.timezone if project is not None else "UTC"
    vocabulary, vocabulary_problems = _read_vocabulary(tree, law, timezone)
    problems = (*problems, *project_problems, *vocabulary_problems)
    if project is None or vocabulary is None:
        raise FilesError(problems)
    context = Context(ZoneInfo(project.timezone), vocabulary)
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
    desired, resource_problems = make_desired(
        documents, kinds=kinds, law=law, context=context, listed=listed
    )
    problems = (*problems, *resource_problems, *member_problems)
    return Checked(root, project, chosen, context, desired, _in_file_order(problems), kinds)


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
        return project, None, problems
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
    chosen = project.environments[environment] if project is not None else None
    return project if not unset else None, chosen, (*unset, *problems)


def _read_vocabulary(
    tree: Tree, law: Law, timezone: str
) -> tuple[Vocabulary | None, tuple[Problem, ...]]:
    """The words that rules may use; days are counted in `timezone`."""
    problems: list[Problem] = []
    catalogue = Catalogue({})
    if tree.attributes is not None:
        document = tree.attributes
        problems += law.check("attributes", document)
        if not problems:
            content = cast(JsonObject, document.content)
            problems += _placed(document, (), check_catalogue(content))
            catalogue = make_catalogue(content, timezone)
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
    vocabulary = Vocabulary(catalogue, lists, conditions)
    for name in () if problems else conditions:
        document = tree.conditions[name]
        problems += _placed(document, ("condition",), check_condition(name, vocabulary))
    return (None if problems else vocabulary), tuple(problems)


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


def _in_file_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda it: (it.where is None, it.where, it.code, it.message)))
