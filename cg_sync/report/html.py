"""A plan as one self-contained HTML page: nothing is fetched, and it is read without scripts too.

The content security policy names the one stylesheet and the one script by their hashes, so that
whatever a name or a value may hold, nothing else can run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence

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
    sections = [*sections_before(plan, files)]
    if changes:
        sections.append(Section("changes", "Changes", _changes(changes, labels), len(changes)))
    sections += sections_after(plan, labels)
    filters = filters_html(changes, labels) if len(changes) > FEW else NOTHING
    rail = element("div", contents_html(sections), filters, class_="rail")
    main = element("main", joined(map(section_html, sections), "\n"))
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
        )
        for change in plan.changes
    ]


def _changes(changes: Sequence[Shown], labels: Labels) -> Html:
    """The changes by kind, in their order, with what it takes to find one of many."""
    many = len(changes) > FEW
    parts = [tools_html(), nothing_found_html()] if many else []
    for kind, label in labels.items():
        found = [it for it in changes if it.change.address.kind == kind]
        if found:
            heading = element("h3", text(f"{label}s"), number(len(found)))
            rows = (change_html(it, opened=len(changes) <= OPENED) for it in found)
            listed = element(
                "div", Html("\n"), joined(rows, "\n"), Html("\n"), class_="list", data_label=label
            )
            parts.append(element("div", heading, listed, class_="kind"))
    return joined(parts, "\n")
