"""How a reader finds a change: what is on the page, filters with their counts, and the search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cg_sync.report.change import Labels
from cg_sync.report.page.change import ACTION_WORDS, SIGNS, Shown
from cg_sync.report.page.markup import NOTHING, Html, Section, element, number, text
from cg_sync.report.page.risk import RISK_WORDS
from cg_sync.report.verdict import ORIGIN_WORDS

FEW = 5
"""Changes that need no search to be found."""


def contents_html(sections: Sequence[Section]) -> Html:
    """Links to the parts of the page."""
    items = (
        element("li", element("a", text(it.title), number(it.count), href=f"#{it.anchor}"))
        for it in sections
    )
    return element("nav", element("ul", *items), aria_label="On this page")


def filters_html(changes: Sequence[Shown], labels: Labels) -> Html:
    """Buttons that narrow the changes down; only where there is a choice. They are for the script
    to show.
    """
    actions = ACTION_WORDS[changes[0].view]
    groups: tuple[tuple[str, Mapping[str, str]], ...] = (
        ("Kind", {kind: f"{label}s" for kind, label in labels.items()}),
        ("Action", {it: f"{SIGNS[it]} {words}" for it, words in actions.items()}),
        ("Whose doing", {str(it): words for it, words in ORIGIN_WORDS.items()}),
        ("Look first", {str(it): words for it, words in RISK_WORDS.items()}),
    )
    found = Counter(name for it in changes for name in it.classes)
    fieldsets = []
    for legend, names in groups:
        counts = {name: found[name] for name in names if found[name]}
        if any(count < len(changes) for count in counts.values()):
            buttons = (_button(name, names[name], count) for name, count in counts.items())
            fieldsets.append(element("fieldset", element("legend", text(legend)), *buttons))
    if not fieldsets:
        return NOTHING
    title = element("summary", text("Filters"))
    return element("details", title, *fieldsets, id="filters", hidden=True)


def _button(name: str, words: str, count: int) -> Html:
    return element(
        "button", text(words), number(count), type="button", value=name, aria_pressed="false"
    )


def tools_html() -> Html:
    """The search and what acts on all changes that are shown; for the script to show."""
    search = Html(
        '<input type="search" id="search" aria-label="Search changes" '
        'placeholder="Search names, fields and values" autocomplete="off" spellcheck="false">'
    )
    count = element("output", id="count", for_="search")
    buttons = (
        element("button", text(words), type="button", id=name)
        for name, words in (("expand", "Expand all"), ("collapse", "Collapse all"))
    )
    return element("div", search, count, *buttons, id="tools", role="search", hidden=True)


def nothing_found_html() -> Html:
    """Said when no change is left; for the script to show."""
    button = element("button", text("Show all changes"), type="button", id="clear")
    return element("p", text("Nothing matches. "), button, id="none", hidden=True)
