"""What stands around the changes: the verdict, what refuses and warns, and what there is to know
besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cg_sync.core.address import Address
from cg_sync.core.guards import Tripped
from cg_sync.core.moves import moves_of
from cg_sync.core.plan import Plan
from cg_sync.errors import Problem, Severity, counted
from cg_sync.report.change import Labels
from cg_sync.report.forecast import forecast_sentence
from cg_sync.report.page.markup import NOTHING, Html, Section, element, foreign, joined, named, text
from cg_sync.report.problem import advised, said
from cg_sync.report.verdict import (
    IF_MEANT,
    NO_WAY,
    about,
    allowing,
    beside,
    counts_of,
    guard_sentence,
    heading,
    move_sentence,
    relied_on,
    spent,
    verdict_parts,
)

SHOWN_AT_ONCE = 5
NAMES_AT_ONCE = 30
"""Of a list; the rest is one click away."""

ALREADY_LIVE = "This branch changes it, and the shop has it."
UNMANAGED = "In the shop, in no file, left alone."

Anchors = Mapping[str, str]
"""A file → what a link to the change that comes from it ends in."""


def header_html(plan: Plan) -> Html:
    """The verdict, before anything else."""
    switch = element("button", text("Dark"), type="button", id="theme", hidden=True)
    channel = element("small", text(f"channel {plan.target.channel}"))
    sentences = (element("p", text(it), class_="quiet about") for it in about(plan))
    return element(
        "header",
        element(
            "div",
            element("div", element("span", text("cg-sync")), switch, class_="brand"),
            element("h1", element("bdi", text(heading(plan))), text(" "), channel),
            element("ul", *_figures(plan), class_="figures"),
            element("p", text(beside(plan)), class_="quiet"),
            *sentences,
            class_="wrap",
        ),
        class_="top",
    )


def _figures(plan: Plan) -> Iterator[Html]:
    """The parts of the verdict, each in the colour of its sign and with its numbers large."""
    counts = counts_of(plan.changes)
    signs = ((counts.create, "plus"), (counts.update, "tilde"), (counts.delete, "minus"))
    tones = [tone for count, tone in signs if count]
    for at, part in enumerate(verdict_parts(plan)):
        words = (
            element("b", text(word)) if word[-1].isdigit() else text(word) for word in part.split()
        )
        yield element("li", joined(words, " "), class_=tones[at] if at < len(tones) else "")


def sections_before(plan: Plan, anchors: Anchors) -> Iterator[Section]:
    """What refuses the plan, and what warns: read before the changes."""
    if plan.tripped:
        guards = counted(len(plan.tripped), "guard")
        items = [_guard(it, plan) for it in plan.tripped]
        yield Section("guards", f"Refused by {guards}", _long_list(items), tone="fail")
    for severity in Severity:
        found = [_problem(it, anchors) for it in plan.problems if it.severity is severity]
        if found:
            title = counted(len(found), severity.value)
            tone = "fail" if severity is Severity.ERROR else "warn"
            yield Section(f"{severity.value}s", title, _long_list(found), tone=tone)


def sections_after(plan: Plan, labels: Labels) -> Iterator[Section]:
    """What there is to know besides the changes, and last what it costs."""
    moves = [element("li", text(move_sentence(it))) for it in moves_of(plan.changes)]
    if moves:
        yield Section("moves", "Moved between groups", _long_list(moves), len(moves))
    for anchor, title, meaning, addresses in (
        ("already-live", "Already live", ALREADY_LIVE, plan.already_live),
        ("unmanaged", "Unmanaged", UNMANAGED, plan.unmanaged),
    ):
        if addresses:
            said = element("p", text(meaning), class_="quiet")
            names = _names(addresses, labels)
            yield Section(anchor, title, joined((said, *names)), len(addresses))
    yield Section("cost", "Cost and digest", joined(_cost(plan)))


def _guard(tripped: Tripped, plan: Plan) -> Html:
    rule = element("b", text(f"{tripped.code} refused by {tripped.rule}"))
    sentence = text(f": {guard_sentence(tripped)}")
    command = allowing(tripped, plan)
    way = element("small", text(f"{IF_MEANT}:" if command else NO_WAY))
    return element("li", rule, sentence, way, *([_command(command)] if command else []))


def _command(words: str) -> Html:
    return element("code", text(words), class_="command")


def _problem(problem: Problem, anchors: Anchors) -> Html:
    where = NOTHING
    if problem.where is not None:
        place = element("code", foreign(str(problem.where)))
        anchor = anchors.get(problem.where.file)
        linked = element("a", place, href=f"#{anchor}") if anchor else place
        where = joined((linked, text(": ")))
    code = element("span", text(problem.code), class_="quiet")
    hint = element("small", text(advised(problem))) if problem.hint else NOTHING
    return element("li", where, text(f"{said(problem)} "), code, hint)


def _long_list(items: Sequence[Html], *, most: int = SHOWN_AT_ONCE, class_: str = "") -> Html:
    """The first items, and the others behind one click."""
    shown = element("ul", *items[:most], class_=class_)
    if len(items) <= most:
        return shown
    more = element("summary", text(f"and {len(items) - most:,} more"))
    rest = element("ul", *items[most:], class_=class_)
    return joined((shown, element("details", more, rest, class_="more")))


def _names(addresses: Sequence[Address], labels: Labels) -> Iterator[Html]:
    for kind, label in labels.items():
        items = [element("li", named(it)) for it in addresses if it.kind == kind]
        if items:
            count = element("small", text(f"{len(items):,}"))
            yield element("h3", text(f"{label}s "), count)
            yield _long_list(items, most=NAMES_AT_ONCE, class_="names")


def _cost(plan: Plan) -> Iterator[Html]:
    """What the plan cost and what applying it costs, and the digest by which it is named."""
    if plan.unverified:
        yield element("p", text(relied_on(plan.unverified)))
    yield element("p", text(spent(plan.calls)))
    if plan.steps and plan.view == "plan":
        yield element("p", text(forecast_sentence(plan)))
    if plan.changes and plan.view == "plan":
        digest = element("code", text(plan.digest))
        yield element("p", text("Digest "), digest, text(": the same for the same intent."))
        yield element("p", text("To apply this plan and no other:"))
        yield _command(f"cg-sync apply --digest {plan.short_digest}")
    if plan.source is not None:
        version = foreign(plan.source.tool_version)
        yield element("p", text("Made by cg-sync "), version, text("."), class_="quiet")
