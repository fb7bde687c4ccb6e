"""Problems as GitLab's Code Quality report, which a merge request shows beside its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cg_sync.errors import Problem, Severity
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.as_json import json_text
from cg_sync.report.problem import advised, file_of, fingerprints, placed, said

_SEVERITIES: Mapping[Severity, str] = {
    Severity.ERROR: "critical",
    Severity.WARNING: "minor",
    Severity.INFO: "info",
}


def code_quality(problems: Sequence[Problem], *, folder: str = "") -> str:
    """A JSON array with an entry for each problem, in the order given; `[]` when there is none.

    Paths are as seen from the top of the repository, where the project is in `folder`. What stands
    nowhere is put at the beginning of the project's file, since each entry must have a place.
    """
    known_by = fingerprints(problems)
    entries = [_entry(it, known, folder) for it, known in zip(problems, known_by, strict=True)]
    return json_text(entries)


def _entry(problem: Problem, fingerprint: str, folder: str) -> JsonValue:
    where = placed(problem)
    hint = advised(problem)
    return {
        "description": f"{said(problem)} ({hint})" if hint else said(problem),
        "check_name": problem.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": file_of(where, folder), "lines": {"begin": where.line}},
    }
