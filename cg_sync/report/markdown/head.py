"""The top of a report in Markdown: by what it is found again, what it says in one line, and the
numbers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from cg_sync.core.guards import Tripped
from cg_sync.core.plan import Plan, View
from cg_sync.errors import counted
from cg_sync.report.change import Labels
from cg_sync.report.line import without_addresses
from cg_sync.report.markdown.budget import LEAST, Section, item, listed
from cg_sync.report.markdown.text import code, prose, table
from cg_sync.report.verdict import (
    IF_MEANT,
    NO_WAY,
    about,
    allowing,
    beside,
    counts_of,
    guard_sentence,
    heading,
    verdict,
)

ENVIRONMENT_LETTERS, DIGEST_LETTERS = 60, 64
GUARDS_SHOWN = 10
HEAD, GUARDS = 0, 1
"""Ranks."""
REFUSED = "> [!CAUTION]\n> Apply refuses this plan."


def marker(plan: Plan) -> str:
    """The first line of a report, which nobody sees: by all but the digest a later run finds the
    comment that it replaces.
    """
    target = plan.target
    digest = quote(plan.digest[:DIGEST_LETTERS], safe="").replace("--", "-%2D")
    return f"{marker_of(target.environment, target.channel, plan.view)}digest={digest} -->"


def marker_of(environment: str, channel: int, view: View = "plan") -> str:
    """The part that names environment and channel, and whether drift is told."""
    word = "cg-sync" if view == "plan" else "cg-sync drift"
    return f"<!-- {word} environment={_named(environment)} channel={channel} "


def _named(environment: str) -> str:
    """The name without anything that could end a comment; a long one is cut, and told apart by its
    hash.
    """
    text = without_addresses(environment)
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > ENVIRONMENT_LETTERS:
        return f"{quote(raw[:20], safe='')}~{hashlib.sha256(raw).hexdigest()[:16]}".replace(
            "--", "-%2D"
        )
    return quote(raw, safe="").replace("--", "-%2D")


_STICKY = re.compile(r"<!-- cg-sync(?: drift)? environment=\S* channel=-?\d+ ")


def sticky_prefix(text: str) -> str:
    """The part of a report's first line that is the same in every report about the same environment
    and channel; empty when the text is no such report.
    """
    found = _STICKY.match(text)
    return found[0] if found else ""


def headline(plan: Plan) -> str:
    """Where and what, and whether guards refuse it; it fits into any room."""
    refused = counted(len(plan.tripped), "guard")
    more = f" · **refused by {refused}**" if plan.tripped else ""
    name = prose(heading(plan), ENVIRONMENT_LETTERS)
    return f"### {name} (channel {plan.target.channel}): {verdict(plan)}{more}"


def head_sections(plan: Plan, labels: Labels) -> Iterator[Section]:
    """What follows: the guards, what the plan was made from, the numbers by kind, and how a guard
    lets it pass.
    """
    if plan.tripped:
        first = (item(GUARDS, "guard", _said(it, "> - ")) for it in plan.tripped[:GUARDS_SHOWN])
        yield Section(REFUSED, tuple(first))
    sentences = [f"{beside(plan)}.", *about(plan)]
    yield _section(HEAD, " ".join(prose(it, 300) for it in sentences))
    if plan.changes:
        yield _section(HEAD, _numbers(plan, labels))
    if plan.tripped:
        yield _section(GUARDS, _commands(plan))
    more = [partial(_said, it, "- ") for it in plan.tripped[GUARDS_SHOWN:]]
    if more:
        yield Section("#### More guards refuse it", listed(more, "guard", LEAST), 0)


def _section(rank: int, text: str) -> Section:
    return Section("", (item(rank, "paragraph", text),))


def _said(tripped: Tripped, bullet: str) -> str:
    where = tripped.where
    place = f" {code(f'{where.file}:{where.line}')}" if where is not None else ""
    sentence = prose(guard_sentence(tripped), 300)
    return f"{bullet}{code(tripped.code)} {code(tripped.rule)}: {sentence}{place}"


def _commands(plan: Plan) -> str:
    """One a guard's rule: it holds for all that the rule says."""
    commands = dict.fromkeys(allowing(it, plan) for it in plan.tripped)
    ways = [f"- {code(it, 300) if it else prose(NO_WAY, 300)}" for it in commands]
    return "\n".join((f"{IF_MEANT[0].upper()}{IF_MEANT[1:]}:", "", *ways))


_PLANNED = ("create", "update", "delete")
_DRIFTED = ("missing", "different", "not wanted")


def _numbers(plan: Plan, labels: Labels) -> str:
    rows = []
    for kind, label in labels.items():
        counts = counts_of(it for it in plan.changes if it.address.kind == kind)
        numbers = (counts.create, counts.update, counts.delete)
        moved = counts.members_added or counts.members_removed
        members = f"+{counts.members_added:,} −{counts.members_removed:,}" if moved else ""
        if any(numbers):
            rows.append([f"{label}s", *(f"{it:,}" if it else "" for it in numbers), members])
    words = _PLANNED if plan.view == "plan" else _DRIFTED
    with_members = any(row[-1] for row in rows)
    head = ["", *words, "members"]
    return table([row if with_members else row[:-1] for row in (head, *rows)], "--:")
