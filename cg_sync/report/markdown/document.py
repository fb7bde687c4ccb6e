"""Plans and problems in Markdown for people: what matters first, in so many bytes and no more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, pairwise

from cg_sync.core.address import Address
from cg_sync.core.moves import Move, moves_of
from cg_sync.core.plan import Plan
from cg_sync.errors import Problem, Severity, counted
from cg_sync.report.change import Labels
from cg_sync.report.forecast import forecast_sentence
from cg_sync.report.markdown.budget import GAP, Filled, Item, Section, fill, item, listed, size
from cg_sync.report.markdown.changes import change_sections
from cg_sync.report.markdown.head import REFUSED, head_sections, headline
from cg_sync.report.markdown.head import marker as marker
from cg_sync.report.markdown.head import marker_of as marker_of
from cg_sync.report.markdown.head import sticky_prefix as sticky_prefix
from cg_sync.report.markdown.text import Code, code, inline, prose
from cg_sync.report.verdict import relied_on, spent

FEWEST_BYTES = 2_000
"""That every report may have."""
CUT_ROOM = 750
"""Bytes for saying what was left out."""
SHOWN = 10
"""Of a list, before its fold."""
FEWEST_FOLDED = 3
NAMES_SHOWN = 10
MESSAGE_LETTERS = 1000
ERRORS, BESIDE = 2, 30
"""Ranks."""

SHOW = "cg-sync show plan.json"


def plan_markdown(plan: Plan, labels: Labels, *, most: int = 65_536, full_report: str = "") -> str:
    """A plan as reviewers read it on a pull request, in at most `most` bytes of UTF-8, from 2,000
    on. Its first line is `marker`. What does not fit is left out whole, and counted at the top,
    with where it is: at the web address `full_report`, or in a saved plan.
    """
    top = [marker(plan), headline(plan)]
    bottom = _bottom(plan, full_report)
    sections = [
        *head_sections(plan, labels),
        *change_sections(plan, labels),
        *_beside(plan, labels),
    ]
    return _written(top, sections, bottom, most, full_report)


def problems_markdown(
    problems: Sequence[Problem], *, most: int = 65_536, target: tuple[str, int] | None = None
) -> str:
    """Problems under their count, errors first, in at most `most` bytes of UTF-8, from 2,000 on.

    With the environment and channel of a `target` they say that there is no plan for it, under the
    marker by which they take the place of one.
    """
    counts = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(it.severity is severity for it in problems))
    ]
    said = ", ".join(counts) or "No problems"
    top = [f"### {said}"]
    if target is not None:
        no_plan = prose(f"No plan for {target[0]}")
        top = [f"{marker_of(*target)}digest=none -->", f"### {no_plan}: {said}"]
    return _written(top, [*_problem_sections(problems)], [], most, "")


def _written(
    top: list[str], sections: Sequence[Section], bottom: list[str], most: int, full_report: str
) -> str:
    room = max(most, FEWEST_BYTES) - sum(size(it) + GAP for it in (*top, *bottom))
    filled = fill(sections, room)
    cut = []
    if not filled.is_whole:
        filled = fill(sections, room - CUT_ROOM)
        cut = [_cut(filled, full_report)]
    texts = [list(_section_texts(*it)) for it in filled.sections]
    # Nothing stands between the verdict and those who refuse.
    refusals = texts.pop(0) if texts and texts[0][0] == REFUSED else []
    return _joined([*top, *refusals, *cut, *chain.from_iterable(texts), *bottom])


def _section_texts(section: Section, texts: list[str], missing: int) -> Iterator[str]:
    """The heading, the first few, the others in a fold, and how many are missing."""
    if section.heading:
        yield section.heading
    shown = section.shown if len(texts) > section.shown + FEWEST_FOLDED else len(texts)
    yield from texts[:shown]
    rest = texts[shown:]
    if rest:
        yield f"<details><summary>{len(rest):,} more</summary>"
        yield from rest
        yield "</details>"
    if missing and section.heading.startswith("#"):
        yield f"*… and {missing:,} more for which there is no room*"


def _joined(texts: Sequence[str]) -> str:
    """The texts with an empty line between them, but not between items of one list."""
    parts = [texts[0]]
    for before, it in pairwise(texts):
        is_next = it.startswith("- ") and before.startswith("- ")
        is_quoted = it.startswith("> - ") and before.startswith("> ")
        parts += ["\n" if is_next or is_quoted else "\n\n", it]
    return f"{''.join(parts)}\n"


def _cut(filled: Filled, full_report: str) -> str:
    parts = []
    if filled.left_out:
        parts.append(f"Left out: {_counts(filled.left_out)}.")
    if filled.shortened:
        parts.append(f"In short only: {_counts(filled.shortened)}.")
    where = _full(full_report) or f"Everything: {code(SHOW)}."
    return f"> [!IMPORTANT]\n> This report is cut to fit. {' '.join(parts)} {where}"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(counted(number, word) for word, number in sorted(counter.items()))


_ADDRESS = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[\w./~%+=&?:@,#-]*)?", re.ASCII)
ADDRESS_LETTERS = 250


def _full(full_report: str) -> str:
    if not full_report:
        return ""
    if len(full_report) <= ADDRESS_LETTERS and _ADDRESS.fullmatch(full_report):
        return f"[The full report](<{full_report}>)."
    return f"The full report: {code(full_report, 60)}."


def _bottom(plan: Plan, full_report: str) -> list[str]:
    lines = []
    if plan.changes and plan.view == "plan":
        lines.append(f"Digest {code(plan.short_digest)}: the same for the same intent.")
    lines += filter(None, [_full(full_report)])
    return [" ".join(lines)] if lines else []


def _beside(plan: Plan, labels: Labels) -> Iterator[Section]:
    """All that is not a change of this plan."""
    moves = [partial(_move, it) for it in moves_of(plan.changes)]
    yield Section("#### Moved between groups", listed(moves, "move", BESIDE), SHOWN)
    yield from _named_section(
        "#### Already live\n\nThis branch changes it, and the shop has it.",
        plan.already_live, labels, "list of what is already live",
    )  # fmt: skip
    yield from _problem_sections(plan.problems)
    yield from _named_section(
        "#### Unmanaged\n\nIn the shop, in no file, left alone.",
        plan.unmanaged, labels, "list of what is unmanaged",
    )  # fmt: skip
    yield Section("", tuple(_costs(plan)))


def _move(move: Move) -> str:
    source, target = Code(move.source.key), Code(move.target.key)
    return f"- {inline([counted(move.count, 'customer'), ' from ', source, ' to ', target])}"


def _named_section(
    heading: str, addresses: Sequence[Address], labels: Labels, word: str
) -> Iterator[Section]:
    """A line a kind: how many, and the first of them by name."""
    lines = []
    for kind, label in labels.items():
        keys = [it.key for it in addresses if it.kind == kind]
        if keys:
            shown = ", ".join(code(it, 60) for it in keys[:NAMES_SHOWN])
            more = f" and {len(keys) - NAMES_SHOWN:,} more" if len(keys) > NAMES_SHOWN else ""
            lines.append(f"- {len(keys):,} {label}{'' if len(keys) == 1 else 's'}: {shown}{more}")
    yield Section(heading, tuple(item(BESIDE, word, it) for it in lines))


def _problem_sections(problems: Sequence[Problem]) -> Iterator[Section]:
    for severity in Severity:
        found = [it for it in problems if it.severity is severity]
        rank = ERRORS if severity is Severity.ERROR else BESIDE
        items = listed([partial(_problem, it) for it in found], severity.value, rank)
        yield Section(f"#### {counted(len(found), severity.value)}", items, SHOWN)


def _problem(problem: Problem) -> str:
    place = inline([Code(str(problem.where), 200), ": "]) if problem.where is not None else ""
    hint = f"<br>{prose(problem.hint, MESSAGE_LETTERS)}" if problem.hint else ""
    return f"- {place}{prose(problem.message, MESSAGE_LETTERS)} {code(problem.code)}{hint}"


def _costs(plan: Plan) -> Iterator[Item]:
    sentences = [relied_on(plan.unverified)] if plan.unverified else []
    sentences.append(spent(plan.calls, plan.view))
    if plan.steps and plan.view == "plan":
        sentences.append(forecast_sentence(plan))
    text = " ".join(prose(it) for it in sentences)
    yield item(BESIDE, "paragraph", text)
