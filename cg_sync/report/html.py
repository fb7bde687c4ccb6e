"""A plan as one self-contained HTML page: nothing is fetched, and it is read without scripts too.

The content security policy names the one stylesheet and the one script by their hashes, so that
whatever a name or a value may hold, nothing else can run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence

from cg_sync.core.origin import Origin
from cg_sync.core.plan import Plan
from cg_sync.report.change import NOBODYS, Labels
from cg_sync.report.page.beside import header_html, sections_after, sections_before
from cg_sync.report.page.change import Shown, change_html
from cg_sync.report.page.finding import (
    FEW,
    contents_html,
    filters_html,
    nothing_found_html,
    tools_html,
)
from cg_sync.report.page.markup import (
    NOTHING,
    Html,
    Section,
    anchor_of,
    element,
    joined,
    number,
    section_html,
    text,
)
from cg_sync.report.page.risk import guards_by_change, problems_by_change
from cg_sync.report.page.script import SCRIPT
from cg_sync.report.page.style import STYLE
from cg_sync.report.verdict import heading, verdict

DRIFT = "This branch does not change it: the shop says otherwise, and apply reverts that."
OPENED = 20
"""A plan with no more changes than this shows all of them open."""


def plan_html(plan: Plan, labels: Labels) -> str:
    """The page, ended by a newline. The same plan is the same page, byte by byte."""
    title = text(f"{heading(plan)}: {verdict(plan)}")
    body = element("body", *_body(plan, labels), element("script", Html(SCRIPT)))
    page = element("html", _head(title), body, lang="en")
    return f"<!doctype html>\n{page}\n"


def _head(title: Html) -> Html:
    policy = (
        f"default-src 'none'; style-src '{_hash(STYLE)}'; script-src '{_hash(SCRIPT)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    metas = (
        {"charset": "utf-8"},
        {"http-equiv": "Content-Security-Policy", "content": policy},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        {"name": "color-scheme", "content": "light dark"},
        {"name": "referrer", "content": "no-referrer"},
        {"name": "robots", "content": "noindex"},
    )
    lines = [_empty("meta", it) for it in metas]
    # A page that is served would otherwise be asked for /favicon.ico.
    lines.append(_empty("link", {"rel": "icon", "href": "data:,"}))
    return element("head", *lines, element("title", title), element("style", Html(STYLE)))


def _empty(tag: str, attributes: Mapping[str, str]) -> Html:
    shown = "".join(f' {name}="{text(value)}"' for name, value in attributes.items())
    return Html(f"<{tag}{shown}>\n")


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def _body(plan: Plan, labels: Labels) -> Iterator[Html]:
    changes = _shown(plan, labels)
    files = {it.change.where.file: it.anchor for it in changes if it.change.where is not None}
    before, after = [*sections_before(plan, files)], [*sections_after(plan, labels)]
    told = [*_sections(changes, labels)]
    tools = [tools_html(), nothing_found_html()] if len(changes) > FEW else []
    filters = filters_html(changes, labels) if len(changes) > FEW else NOTHING
    rail = element("div", contents_html([*before, *told, *after]), filters, class_="rail")
    # The search stays in sight as long as there are changes.
    found = element("div", joined((*tools, *map(section_html, told)), "\n"), class_="found")
    parts = (*map(section_html, before), found if told else NOTHING, *map(section_html, after))
    main = element("main", joined(parts, "\n"))
    yield header_html(plan)
    yield Html("\n")
    yield element("div", rail, Html("\n"), main, class_="page wrap")
    yield Html("\n")


def _shown(plan: Plan, labels: Labels) -> list[Shown]:
    guards, problems = guards_by_change(plan, labels), problems_by_change(plan)
    return [
        Shown(
            change,
            anchor=anchor_of(change.address, labels),
            reading=plan.readings.get(change.address),
            origins=plan.origins.get(change.address, NOBODYS),
            guards=guards.get(change.address, ()),
            problems=problems.get(change.address, ()),
            view=plan.view,
        )
        for change in plan.changes
    ]


def _sections(changes: Sequence[Shown], labels: Labels) -> Iterator[Section]:
    """What the branch does, and apart from that what it does not do."""
    drift = [it for it in changes if it.origin is Origin.DRIFT]
    others = [it for it in changes if it.origin is not Origin.DRIFT]
    opened = len(changes) <= OPENED
    title = "Changes" if changes and changes[0].view == "plan" else "Differences"
    if others:
        listed = joined(_by_kind(others, labels, opened=opened))
        yield Section("changes", title, listed, len(others))
    if drift:
        listed = joined(_by_kind(drift, labels, opened=opened))
        said = element("p", text(DRIFT), class_="quiet")
        yield Section("drift", "Drift", joined((said, listed)), len(drift))


def _by_kind(changes: Sequence[Shown], labels: Labels, *, opened: bool) -> Iterator[Html]:
    """The changes under the name of their kind, in their order."""
    for kind, label in labels.items():
        found = [it for it in changes if it.change.address.kind == kind]
        if found:
            heading = element("h3", text(f"{label}s"), number(len(found)))
            rows = joined((change_html(it, opened=opened) for it in found), "\n")
            look = "list" if opened else "list many"
            listed = element("div", Html("\n"), rows, Html("\n"), class_=look, data_label=label)
            yield element("div", heading, listed, class_="kind")
