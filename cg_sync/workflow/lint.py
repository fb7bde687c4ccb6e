"""Lint: findings about the rules of a checked project, but for those that authors have allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from cg_sync.core.allowances import Allowance, sift_findings
from cg_sync.core.document import Document
from cg_sync.errors import Problem, Severity
from cg_sync.files.allowances import find_allowances
from cg_sync.jsonvalue import JsonObject, Pointer, shown
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.lint.finding import Finding
from cg_sync.rules.lint.lint import LINT_CODES, Found, lint
from cg_sync.rules.lint.time import check_ended, check_review
from cg_sync.workflow.check import Checked, in_file_order


@dataclass(frozen=True)
class Linted:
    """What lint says: problems in the order of the files, and how many infos are not among them."""

    problems: tuple[Problem, ...]
    infos: int = 0


def lint_files(checked: Checked, now: datetime) -> Linted:
    """The warnings and errors of lint, and how many infos there are, at that moment.

    Linear in the size of the project: infos are only counted where no comment may allow them.
    """
    allowances, wrong = find_allowances(documents_of(checked))
    commented = {it.where.file for it in allowances}
    placed: list[Problem] = []
    infos = 0
    for document, below, finding in _findings(checked, now):
        if finding.severity is Severity.INFO and document.file not in commented:
            infos += 1
        else:
            placed.append(_problem(document, below, finding))
    kept = judged(checked, placed, allowances, wrong, LINT_CODES)
    loud = tuple(it for it in kept if it.severity is not Severity.INFO)
    return Linted(loud, infos + len(kept) - len(loud))


def lint_problems(checked: Checked, now: datetime) -> tuple[Problem, ...]:
    """All findings of lint at that moment, infos too, whatever comments allow."""
    return tuple(_problem(*it) for it in _findings(checked, now))


def judged(
    checked: Checked,
    findings: Iterable[Problem],
    allowances: Iterable[Allowance],
    wrong: Iterable[Problem],
    ran: Collection[str],
) -> tuple[Problem, ...]:
    """The findings that are not allowed, and the allowances that are `wrong` or unused, in the
    order of the files.

    While files have errors not all of them are looked at, so that no allowance is called unused.
    """
    broken = any(it.severity is Severity.ERROR for it in checked.problems)
    sifted = sift_findings(findings, allowances, () if broken else ran)
    return in_file_order((*sifted.kept, *wrong, *sifted.unused))


def documents_of(checked: Checked) -> tuple[Document, ...]:
    """The documents of the project in which comments may allow findings."""
    tree = checked.tree
    top = (tree.project, tree.attributes, tree.invariants)
    words = (*tree.lists.values(), *tree.conditions.values())
    resources = (document for found in tree.resources.values() for document in found)
    return tuple(it for it in (*top, *words, *resources) if it is not None)


def _findings(checked: Checked, now: datetime) -> Iterator[tuple[Document, Pointer, Finding]]:
    """Each finding with its document, and where in there its pointer begins."""
    settings = {
        wanted.address.key: wanted
        for wanted in checked.desired.wanted.values()
        if wanted.address.kind == CUSTOMER_GROUP_SETTING.name
    }
    rules = {slug: _content(it.document)["rule"] for slug, it in settings.items()}
    documents = {slug: it.document for slug, it in settings.items()}
    for found in lint(rules, checked.context.vocabulary):
        yield *_place(found, documents, checked), found.finding
    for wanted in settings.values():
        setting = cast(CustomerGroupSetting, wanted.spec)
        for finding in check_ended(setting.ends_at, now, active=setting.active):
            yield wanted.document, (), finding
    today = now.astimezone(checked.context.timezone).date()
    for document in checked.tree.lists.values():
        for finding in check_review(_content(document), today):
            yield document, (), finding


def _place(
    found: Found, settings: Mapping[str, Document], checked: Checked
) -> tuple[Document, Pointer]:
    match found.kind:
        case "rule":
            return settings[found.name], ("rule",)
        case "condition":
            return checked.tree.conditions[found.name], ("condition",)
        case "list":
            return checked.tree.lists[found.name], ()


def _content(document: Document) -> JsonObject:
    return cast(JsonObject, document.content)


def _problem(document: Document, below: Pointer, finding: Finding) -> Problem:
    pointer = (*below, *finding.pointer)
    return document.problem(
        finding.code,
        f"{shown(pointer)}: {finding.message}",
        pointer,
        of_key=finding.of_key,
        hint=finding.hint,
        severity=finding.severity,
    )
