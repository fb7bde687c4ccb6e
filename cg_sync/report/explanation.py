"""Why a customer gets the setting they get: the answer of `explain`, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import assert_never

from cg_sync.errors import Position, counted
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.report.tree import (
    WIDEST,
    Words,
    said,
    shown_of,
    tree_lines,
    value_text,
)
from cg_sync.report.values import in_words
from cg_sync.rules.contest import DEFAULT, Contender, Contest, Reason, Standing
from cg_sync.rules.counterfactual import (
    MOST_CHANGES,
    Change,
    Changes,
    Nobody,
    NotFound,
    TooFar,
    Turn,
    Way,
)
from cg_sync.rules.english.values import joined
from cg_sync.rules.trace import Traced


@dataclass(frozen=True)
class Outlook:
    """What it would take for a rule to select the customer, and how all settings would stand then:
    None when no way was found.
    """

    way: Way
    then: Contest | None = None


@dataclass(frozen=True)
class Explanation:
    """How all settings stand with a customer.

    `who` names the customer and is masked. `as_of` is in the project's time zone, which `zone`
    names. `asked` is the setting that was asked about; without it the one the customer gets is told
    in full. `places` has, by slug, where the line stands that decides, or else the setting.
    """

    who: str
    contest: Contest
    as_of: datetime
    zone: str
    asked: str = ""
    outlook: Outlook | None = None
    places: Mapping[str, Position] = field(default_factory=dict)

    @property
    def told(self) -> Standing | None:
        """The setting that is told in full; None when none was asked for and none wins."""
        if not self.asked and self.contest.winner is None:
            return None
        return self.contest.standing(self.asked or self.contest.winner_slug)


_TONES = {
    Reason.WON: Tone.ADDED,
    Reason.LOST_TO: Tone.CHANGED,
    Reason.EXCLUDED: Tone.REMOVED,
    Reason.NO_MATCH: Tone.REMOVED,
    Reason.INACTIVE: Tone.QUIET,
    Reason.UNKNOWN: Tone.WARNING,
}


def explanation_lines(explanation: Explanation, words: Words) -> Iterator[Line]:
    """The verdict, what the customer sees, the tree of the setting that is told, what would have to
    change, and one line for every other setting.
    """
    told, contest = explanation.told, explanation.contest
    yield _verdict(explanation)
    moment = f"{explanation.as_of:%Y-%m-%d %H:%M} {explanation.zone}"
    who = discreet(explanation.who)
    yield line(Span(f"{who}, by the files, as of {moment}", Tone.QUIET))
    yield line(_display(contest))
    yield from _doubts(contest)
    if told is not None:
        if where := _place(explanation, told):
            yield line(Span(f"decided in {where}", Tone.QUIET))
        yield line("")
        yield from tree_lines(told, words)
        yield from _whys(told, contest)
        yield from _outlook_lines(explanation.outlook, told, words)
    yield from _others(explanation)


def _verdict(explanation: Explanation) -> Line:
    told, contest = explanation.told, explanation.contest
    if told is None:
        return line(Span(DEFAULT, Tone.STRONG), ": no setting selects the customer")
    slug, winner = discreet(told.contender.slug), discreet(contest.winner_slug)
    against = also_against(told)
    also = f", also {', '.join(against)}" if against else ""
    reason = Span(discreet(told.text), _TONES[told.reason])
    return line(Span(slug, Tone.STRONG), ": ", reason, f"{also} → the customer gets {winner}")


def _place(explanation: Explanation, standing: Standing) -> str:
    """Where the deciding line stands; empty when no line decides or the place is not known."""
    where = explanation.places.get(standing.contender.slug)
    decides = standing.reason in (Reason.NO_MATCH, Reason.EXCLUDED)
    return discreet(str(where)) if where is not None and decides else ""


def also_against(standing: Standing) -> tuple[str, ...]:
    """What else stands against the customer, beside the reason: `EXCLUDED(except[0])`."""
    if standing.trace is None or standing.reason not in (Reason.NO_MATCH, Reason.INACTIVE):
        return ()
    found = []
    match, refused = standing.trace.below("match"), standing.trace.below("except")
    if standing.reason is Reason.INACTIVE and match is not None and not match.holds:
        found.append(f"{Reason.NO_MATCH}({_first(match, holds=False)})")
    if refused is not None and refused.holds:
        found.append(f"{Reason.EXCLUDED}({_first(refused, holds=True)})")
    return tuple(found)


def _first(traced: Traced, *, holds: bool) -> str:
    return next(it.part.place for it in traced.parts if it.holds is holds)


def _display(contest: Contest) -> str:
    shown = contest.winner.display if contest.winner is not None else {}
    lists = [
        f"{word} list: {in_words(shown.get(name), f'display.{name}')}"
        for word, name in (("price", "price_list"), ("stock", "stock_list"))
    ]
    return ", ".join(lists)


def _doubts(contest: Contest) -> Iterator[Line]:
    slugs = _raw_ahead(contest)
    if not slugs:
        return
    them, come = ("its rule is", "comes") if len(slugs) == 1 else ("their rules are", "come")
    text = f"not certain: {', '.join(slugs)} {come} first and may win; {them} raw"
    yield line(Span(text, Tone.WARNING))


def _raw_ahead(contest: Contest) -> list[str]:
    """The active settings before the winner of which nobody knows whom they select."""
    ahead = takewhile(lambda it: it.contender is not contest.winner, contest.standings)
    return [discreet(it.contender.slug) for it in ahead if it.reason is Reason.UNKNOWN]


def _whys(told: Standing, contest: Contest) -> Iterator[Line]:
    """What there is to say of a setting beside its rule."""
    it = told.contender
    if told.reason is Reason.LOST_TO and contest.winner is not None:
        first, own = contest.winner.priority, it.priority
        text = f"The rule selects the customer, but {discreet(told.at)} comes first"
        yield line("")
        yield line(f"{text} (priority {first} before {own}).")
    elif told.reason is Reason.INACTIVE:
        why = "`active: false`" if not it.active else f"it counts {_span(it)}"
        would = "would select" if told.selects else "would not select"
        yield line("")
        yield line(f"The setting is not active ({why}); its rule {would} the customer.")


def _span(contender: Contender) -> str:
    ends = (("from", contender.starts_at), ("until", contender.ends_at))
    return " ".join(f"{word} {at.isoformat()}" for word, at in ends if at is not None)


def _outlook_lines(outlook: Outlook | None, told: Standing, words: Words) -> Iterator[Line]:
    if outlook is None:
        return
    yield line("")
    match outlook.way:
        case Changes() as way:
            yield from _changes(way, words)
            if outlook.then is not None:
                yield line(_then(outlook.then, told))
        case Nobody():
            yield line("The rule can select nobody: its conditions contradict each other.")
        case TooFar():
            yield line(f"No change of up to {MOST_CHANGES} attributes would make it match.")
        case NotFound():
            yield line(
                "No change that would make it match was found, nor proof that there is none."
            )
        case _:
            assert_never(outlook.way)


def _changes(way: Changes, words: Words) -> Iterator[Line]:
    number = len(way.changes)
    fewest = "; fewer would not do" if way.smallest and number > 1 else ""
    yield line(Span(f"Would match if ({counted(number, 'change')}{fewest}):", Tone.STRONG))
    rows = [
        (_turn(turn, words), f"such as {_example(change, words)}" if not number else "")
        for change in way.changes
        for number, turn in enumerate(change.turns)
    ]
    width = max((len(text) for text, _ in rows if len(text) <= WIDEST), default=0)
    for text, example in rows:
        yield line(f"  {text.ljust(width)}  ", Span(example, Tone.QUIET))


def _turn(turn: Turn, words: Words) -> str:
    text = discreet(said(turn.line.node, words.names))
    return text if turn.holds else f"no more: {text}"


def _example(change: Change, words: Words) -> str:
    attribute = words.catalogue.attributes[change.attribute]
    shown = shown_of(change.example, attribute)
    return "no value" if shown is None else value_text(shown, attribute)


def _then(contest: Contest, told: Standing) -> str:
    slug, unless = contest.winner_slug, _unless(contest)
    gets = f"the customer would then get {discreet(slug)}"
    if told.reason is Reason.INACTIVE:
        return f"While it is not active, {gets}{unless}."
    first = "" if slug == told.contender.slug else ", which comes first"
    return f"T{gets[1:]}{first}{unless}."


def _unless(contest: Contest) -> str:
    match _raw_ahead(contest):
        case []:
            return ""
        case [slug]:
            return f", unless {slug} wins: its rule is raw"
        case slugs:
            return f", unless {joined(slugs, 'or')} wins: their rules are raw"


def _others(explanation: Explanation) -> Iterator[Line]:
    told = explanation.told
    others = [it for it in explanation.contest.standings if it is not told]
    if not others:
        return
    yield line("")
    yield line(Span(f"{'Other' if told else 'All'} settings, by priority:", Tone.STRONG))
    slugs = [discreet(it.contender.slug) for it in others]
    width = max(map(len, slugs))
    numbers = max(len(str(it.contender.priority)) for it in others)
    reasons = max(len(it.text) for it in others)
    for it, slug in zip(others, slugs, strict=True):
        gap = " " * (reasons - len(it.text) + 2)
        yield line(
            f"  {it.contender.priority:>{numbers}}  {slug.ljust(width)}  ",
            Span(discreet(it.text), _TONES[it.reason]),
            Span(f"{gap}{_place(explanation, it)}", Tone.QUIET),
        )
