"""The table of formats: how a plan, and problems, are put on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, assert_never, get_args

if TYPE_CHECKING:
    from cg_sync.core.plan import Plan
    from cg_sync.errors import Problem
    from cg_sync.report.change import Labels

PlanFormat = Literal[
    "text", "json", "markdown", "html", "junit", "sarif", "github", "codequality", "gitlab-plan"
]
ProblemFormat = Literal["text", "json", "markdown", "junit", "sarif", "github", "codequality"]

PLAN_FORMATS: tuple[PlanFormat, ...] = get_args(PlanFormat)
PROBLEM_FORMATS: tuple[ProblemFormat, ...] = get_args(ProblemFormat)
FINDING_FORMATS = tuple(it for it in PROBLEM_FORMATS if it not in ("text", "json"))
"""Those that say the same of problems whichever command found them."""

GITHUB_COMMENT = 65_536
"""Characters that a comment may have on GitHub; others allow more."""


@dataclass(frozen=True)
class Paper:
    """What a report needs besides the plan: what resources are called, the version of the tool, how
    many characters there may be where a format has a limit, where the full report is, and in which
    folder of its repository the project is: empty, or with a slash at its end. `target` is the
    environment and channel for which there is no plan, of problems that stopped one.
    """

    labels: Labels
    tool_version: str
    most: int = GITHUB_COMMENT
    full_report: str = ""
    folder: str = ""
    target: tuple[str, int] | None = None


def plan_text(plan: Plan, form: PlanFormat, paper: Paper) -> str:
    """The plan in that format, ended by a newline. The same plan is the same text.

    Modules of formats are imported when one is asked for, so that others cost nothing.
    """
    match form:
        case "text":
            from cg_sync.report.line import plain
            from cg_sync.report.text import plan_lines

            return plain(plan_lines(plan, paper.labels))
        case "json":
            from cg_sync.report.as_json import json_text
            from cg_sync.report.data import plan_data

            return json_text(plan_data(plan))
        case "markdown":
            from cg_sync.report.markdown.document import plan_markdown

            return plan_markdown(plan, paper.labels, most=paper.most, full_report=paper.full_report)
        case "html":
            from cg_sync.report.html import plan_html

            return plan_html(plan, paper.labels)
        case "gitlab-plan":
            from cg_sync.report.gitlab_plan import gitlab_plan

            return gitlab_plan(plan)
        case "junit" | "sarif" | "github" | "codequality":
            from cg_sync.report.findings import findings_of

            return problems_text(findings_of(plan, paper.labels), form, paper)
        case _:
            assert_never(form)


def problems_text(problems: Sequence[Problem], form: ProblemFormat, paper: Paper) -> str:
    """The problems in that format, ended by a newline."""
    match form:
        case "text":
            from cg_sync.report.line import plain
            from cg_sync.report.problem_lines import problem_lines

            return plain(problem_lines(problems))
        case "json":
            from cg_sync.report.as_json import json_text, problems_data

            return json_text(problems_data(problems))
        case "markdown":
            from cg_sync.report.markdown.document import problems_markdown

            return problems_markdown(problems, most=paper.most, target=paper.target)
        case "junit":
            from cg_sync.report.junit import junit

            return junit(problems)
        case "sarif":
            from cg_sync.report.sarif import sarif

            return sarif(problems, tool_version=paper.tool_version, folder=paper.folder)
        case "github":
            from cg_sync.report.annotations import github_annotations

            return github_annotations(problems, folder=paper.folder)
        case "codequality":
            from cg_sync.report.codequality import code_quality

            return code_quality(problems, folder=paper.folder)
        case _:
            assert_never(form)
