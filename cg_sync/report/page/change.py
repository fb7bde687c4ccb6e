"""One change as HTML: a line that says the gist, and below it everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update
from cg_sync.core.guards import Tripped
from cg_sync.core.members import Member, MemberDelta
from cg_sync.core.origin import MEMBERS, Origin
from cg_sync.core.plan import View
from cg_sync.core.privacy import SAMPLE
from cg_sync.core.reading import Reading
from cg_sync.errors import Problem, counted
from cg_sync.report.change import NO_FILE, shown_member
from cg_sync.report.page.markup import NOTHING, Html, element, foreign, joined, named, text
from cg_sync.report.page.meaning import marked, reading_html, verdict_word, yaml_html
from cg_sync.report.page.risk import Risk, risks_of
from cg_sync.report.problem import said
from cg_sync.report.values import MORE, in_words, is_tree, tree_diff, tree_lines
from cg_sync.report.verdict import ORIGIN_WORDS, guard_sentence, origin_of

_ACTIONS = {Create: "create", Update: "update", Delete: "delete"}
SIGNS: Mapping[str, str] = {"create": "+", "update": "~", "delete": "-"}
ACTION_WORDS: Mapping[View, Mapping[str, str]] = {
    "plan": {"create": "create", "update": "update", "delete": "delete"},
    "drift": {"create": "missing", "update": "different", "delete": "not wanted"},
}
"""What each action is called by those who plan, and by those who look for drift."""
_GIST_LETTERS = 140
_GIST_FIELDS = 4
_GIST_VALUE = 32


@dataclass(frozen=True, slots=True)
class Shown:
    """A change with all that is known about it; `anchor` is what a link to it ends in."""

    change: Change
    anchor: str
    reading: Reading | None
    origins: Mapping[str, Origin]
    guards: Sequence[Tripped]
    problems: Sequence[Problem]
    view: View

    @property
    def action(self) -> str:
        """`create`, `update` or `delete`."""
        return _ACTIONS[type(self.change)]

    @property
    def risks(self) -> list[Risk]:
        """Why it is looked at first."""
        return risks_of(self.change, self.guards, self.problems, self.view)

    @property
    def origin(self) -> Origin | None:
        """Whose doing it is, when a base was asked for."""
        return origin_of(self.origins)

    @property
    def classes(self) -> list[str]:
        """What it can be found by: its kind, action, origin and risks."""
        origin = [str(self.origin)] if self.origin else []
        return [self.action, self.change.address.kind, *origin, *self.risks]


def change_html(shown: Shown, *, opened: bool) -> Html:
    """The change as one `details`, with its classes for the filters."""
    return element(
        "details",
        element("summary", *_summary(shown)),
        element("div", *_body(shown)),
        class_=" ".join(shown.classes),
        id=shown.anchor,
        open=opened,
    )


def _summary(shown: Shown) -> Iterator[Html]:
    title = ACTION_WORDS[shown.view][shown.action]
    yield element("abbr", text(SIGNS[shown.action]), title=title)
    yield element("strong", named(shown.change.address))
    former = _former(shown.change)
    yield element("i", *former) if former else NOTHING
    yield element("span", *_gist(shown), class_="gist")
    for risk in shown.risks:
        # The sign says so already.
        if risk is not Risk.DESTRUCTIVE:
            yield element("em", text(risk), class_=risk)
    if shown.origin is not None:
        yield element("em", text(ORIGIN_WORDS[shown.origin]), class_=shown.origin)


def _former(change: Change) -> tuple[Html, ...]:
    if isinstance(change, Update) and change.former is not None:
        return text("was "), element("bdi", foreign(change.former))
    if isinstance(change, Delete) and change.size:
        return (text(f"with {counted(change.size, 'member')}"),)
    return ()


def _gist(shown: Shown) -> Iterator[Html]:
    """What the change comes to, in one line."""
    change, reading = shown.change, shown.reading
    if isinstance(change, Delete):
        return
    if isinstance(change, Create):
        if reading is not None and reading.english:
            yield foreign(reading.english[0], _GIST_LETTERS)
        elif change.members is not None:
            yield text(counted(len(change.members.add), "member"))
        return
    fields = [it for it in change.fields if not it.is_key]
    fields.sort(key=lambda it: reading is None or it.name != reading.field)
    parts = [text(f"members {_sum(change.members)}")] if change.members is not None else []
    parts += [_brief(it, reading) for it in fields[:_GIST_FIELDS]]
    if len(fields) > _GIST_FIELDS:
        parts.append(text(f"{MORE} and {len(fields) - _GIST_FIELDS} more"))
    yield joined(parts, ", ")


def _brief(field: FieldChange, reading: Reading | None) -> Html:
    if is_tree(field.old) or is_tree(field.new):
        if reading is None or reading.field != field.name or not reading.verdict:
            return text(field.name)
        return joined((text(f"{field.name} "), verdict_word(reading)))
    old, new = in_words(field.old, field.name), in_words(field.new, field.name)
    if len(old) > _GIST_VALUE or len(new) > _GIST_VALUE:
        return text(field.name)
    return text(f"{field.name} {old} → {new}")


def _body(shown: Shown) -> Iterator[Html]:
    change = shown.change
    where = foreign(str(change.where)) if change.where is not None else text(NO_FILE)
    link = element("a", text("link"), href=f"#{shown.anchor}")
    yield element("p", element("code", where), text(" "), link, class_="place")
    for guard in shown.guards:
        sentence = f"{guard.code} refused by {guard.rule}: {guard_sentence(guard)}"
        yield element("p", text(sentence), class_="fail")
    for problem in shown.problems:
        yield element("p", text(f"{problem.code} {said(problem)}"), class_="warn")
    if not isinstance(change, Delete):
        rows = [*_field_rows(shown, change), *_member_rows(shown, change)]
        yield element("dl", *rows) if rows else NOTHING


def _field_rows(shown: Shown, change: Create | Update) -> Iterator[Html]:
    is_new = isinstance(change, Create)
    for field in change.fields:
        if not field.is_key:
            yield _term(shown, field.name)
            told = shown.reading
            reading = told if told is not None and told.field == field.name else None
            yield element("dd", _new(field, reading) if is_new else _changed(field, reading))


def _term(shown: Shown, name: str) -> Html:
    """The name of a field, and whose doing it is where the fields do not agree."""
    origin = shown.origins.get(name)
    if origin is None or len(set(shown.origins.values())) < 2:
        return element("dt", text(name))
    return element("dt", text(f"{name} "), element("em", text(ORIGIN_WORDS[origin]), class_=origin))


def _new(field: FieldChange, reading: Reading | None) -> Html:
    if not is_tree(field.new):
        return text(in_words(field.new, field.name))
    read_out = reading_html(reading, is_new=True) if reading is not None else NOTHING
    return joined((read_out, yaml_html(tree_lines(field.new), is_new=True)))


def _changed(field: FieldChange, reading: Reading | None) -> Html:
    read_out = reading_html(reading) if reading is not None else NOTHING
    if is_tree(field.old) or is_tree(field.new):
        return joined((read_out, yaml_html(tree_diff(field.old, field.new))))
    old = element("del", text(in_words(field.old, field.name)))
    new = element("ins", text(in_words(field.new, field.name)))
    return joined((old, text(" → "), new, read_out))


def _member_rows(shown: Shown, change: Create | Update) -> Iterator[Html]:
    members = change.members
    if members is None:
        return
    yield _term(shown, MEMBERS)
    if isinstance(change, Create):
        sample = f": {_sample(members.add)}" if members.add else ""
        yield element("dd", text(f"{len(members.add):,}{sample}"), _left_out(members))
        return
    moved = [
        marked(mark, text(_sample(group)))
        for mark, group in (("+", members.add), ("−", members.remove))
        if group
    ]
    people = element("ul", *moved, class_="notes")
    yield element("dd", text(_sum(members)), people, _left_out(members))


def _sum(members: MemberDelta) -> str:
    return f"+{len(members.add):,} −{len(members.remove):,} = {members.after:,}"


def _sample(members: Sequence[Member]) -> str:
    shown = ", ".join(map(shown_member, members[:SAMPLE]))
    more = len(members) - SAMPLE
    return f"{shown} and {more:,} more" if more > 0 else shown


def _left_out(members: MemberDelta) -> Html:
    """Who is neither added nor removed although the file might mean it."""
    parts = []
    if members.unknown:
        keys = counted(len(members.unknown), "customer")
        parts.append(element("p", text(f"{keys} unknown to the shop: left out"), class_="warn"))
    if members.withheld:
        kept = counted(len(members.withheld), "member")
        why = "not removed, since an unknown customer may be one of them"
        parts.append(element("p", text(f"{kept} {why}"), class_="warn"))
    return joined(parts)
