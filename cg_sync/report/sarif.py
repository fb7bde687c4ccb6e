"""Problems as SARIF 2.1.0, for code scanning on GitHub and for editors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from cg_sync.errors import Problem, Severity
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.as_json import json_text
from cg_sync.report.problem import (
    advised,
    file_of,
    fingerprints,
    meaning_of,
    placed,
    said,
    worst_first,
)

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5_000
"""GitHub shows as many of a run, and refuses a file with more than five times that."""
ROOT = "%SRCROOT%"

_LEVELS: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def sarif(problems: Sequence[Problem], *, tool_version: str, folder: str = "") -> str:
    """One run with a result for each problem, the most severe first, and at most `MOST_RESULTS`.

    Paths are as seen from the top of the repository, where the project is in `folder`. What stands
    nowhere is put at the beginning of the project's file: GitHub refuses a whole file for one
    result without a place.
    """
    ordered = worst_first(problems)
    kept = tuple(zip(ordered, fingerprints(ordered), strict=True))[:MOST_RESULTS]
    codes = sorted({it.code for it, _ in kept})
    driver: dict[str, JsonValue] = {
        "name": "cg-sync",
        "version": tool_version,
        "rules": [_rule(code) for code in codes],
    }
    run: dict[str, JsonValue] = {
        "tool": {"driver": driver},
        "invocations": [_invocation(len(problems))],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(it, codes.index(it.code), known, folder) for it, known in kept],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> JsonValue:
    about = meaning_of(code)
    return {
        "id": code,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.advice},
        "help": {"text": about.advice},
    }


def _invocation(found: int) -> JsonValue:
    """The run itself went well, whatever it found; said when something was left out."""
    if found <= MOST_RESULTS:
        return {"executionSuccessful": True}
    text = f"{found:,} findings; the {MOST_RESULTS:,} most severe are here"
    notification: JsonValue = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [notification]}


def _result(problem: Problem, rule: int, fingerprint: str, folder: str) -> JsonValue:
    where = placed(problem)
    hint = advised(problem)
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": _LEVELS[problem.severity],
        "message": {"text": _message(f"{said(problem)}\n{hint}" if hint else said(problem))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        # Also in its first part, where a colon would end the name of a scheme.
                        "uri": quote(file_of(where, folder), safe="/"),
                        "uriBaseId": ROOT,
                    },
                    "region": {"startLine": where.line, "startColumn": where.column},
                }
            }
        ],
        "partialFingerprints": {"cgSync/v1": fingerprint},
    }


_LINK = re.compile(r"\](?=\()")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def _message(text: str) -> str:
    """The text where `[this](that)` is a link and `{0}` a placeholder, with neither of them."""
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub("] ", text))
