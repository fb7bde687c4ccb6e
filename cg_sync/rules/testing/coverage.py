"""What rule tests have put to the test: of every line true, false and missing; of every setting
won, lost and excluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from typing import Literal

from cg_sync.jsonvalue import canonical
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.contest import Contender, Contest, Reason
from cg_sync.rules.ir import Leaf, Node, walk
from cg_sync.rules.outline import Part, lines_of
from cg_sync.rules.testing.checks import Subject, has_window, rule_needs_clock, spoken_of
from cg_sync.rules.testing.run import Result
from cg_sync.rules.trace import Traced

Outcome = Literal["true", "false", "missing", "won", "lost", "excluded"]
"""The first three are of a line, the others of a setting."""

_OF_SETTING: dict[Reason, Outcome] = {
    Reason.WON: "won",
    Reason.LOST_TO: "lost",
    Reason.EXCLUDED: "excluded",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that tests should see happen; `line` counts the lines of the rule as written, and
    is None for what happens to the setting.
    """

    slug: str
    line: int | None
    outcome: Outcome


@dataclass(slots=True)
class Seen:
    """What has happened so far: goals, and the values that each line was tried with, as JSON."""

    goals: set[Goal] = field(default_factory=set)
    values: set[tuple[str, int, str]] = field(default_factory=set)

    def note(self, result: Result, subject: Subject) -> None:
        """Add what a case shows about the settings that its expectations speak of."""
        slugs = {it.slug for check in result.case.checks for it in spoken_of(check, subject)}
        for slug in slugs:
            self.note_of(slug, result, subject)

    def note_of(self, slug: str, result: Result, subject: Subject) -> None:
        """Add what a case shows about one setting.

        What hangs on the time does not count where the case has none.
        """
        timeless = result.case.test.as_of is None
        contender = subject.by_slug[slug]
        if not (timeless and rule_needs_clock(contender)):
            self._note_lines(contender, result.contest)
        if not (timeless and _contest_needs_clock(contender, subject)):
            standing = result.contest.standing(slug)
            certain = standing.reason is not Reason.WON or result.contest.certain
            if standing.reason in _OF_SETTING and certain:
                self.goals.add(Goal(slug, None, _OF_SETTING[standing.reason]))

    def _note_lines(self, contender: Contender, contest: Contest) -> None:
        traced = contest.standing(contender.slug).trace
        for at, it in enumerate(traced.lines if traced is not None else ()):
            self.goals.add(Goal(contender.slug, at, outcome_of(it)))
            self.values.add((contender.slug, at, canonical(it.value)))


def outcome_of(line: Traced) -> Outcome:
    """What a line came to; a value that cannot be read is missing."""
    if line.decided_by != "value":
        return "missing"
    return "true" if line.holds else "false"


def _contest_needs_clock(contender: Contender, subject: Subject) -> bool:
    rivals = (*subject.before(contender), contender)
    return any(rule_needs_clock(it) or has_window(it) for it in rivals)


def lines_in(contender: Contender) -> tuple[tuple[Part, bool], ...]:
    """The lines of a setting's rule as `lines_of` has them; none of a raw rule."""
    return () if contender.outline is None else tuple(lines_of(contender.outline))


def attribute_at(line: Part, catalogue: Catalogue) -> Attribute:
    """The attribute that a line is about."""
    return catalogue.attributes[leaves_in(line.node)[0].attribute]


def leaves_in(node: Node) -> tuple[Leaf, ...]:
    """The tests that a line makes, all of one attribute."""
    return tuple(it for it in walk(node) if isinstance(it, Leaf))


def goals_of(contender: Contender, subject: Subject) -> Iterator[Goal]:
    """All that can be asked of the tests of a setting: first what happens to it, then by line."""
    if contender.outline is None:
        return
    slug = contender.slug
    if contender.active:
        rivals = subject.before(contender)
        # Behind a raw rule nobody can tell who wins.
        if all(it.outline is not None for it in rivals):
            yield Goal(slug, None, "won")
        if any(it.outline is not None for it in rivals):
            yield Goal(slug, None, "lost")
        if contender.outline.part("except") is not None:
            yield Goal(slug, None, "excluded")
    for at, (line, _) in enumerate(lines_in(contender)):
        yield Goal(slug, at, "true")
        yield Goal(slug, at, "false")
        lacks = attribute_at(line, subject.catalogue).may_lack
        if lacks and not any(leaf.answers_all for leaf in leaves_in(line.node)):
            yield Goal(slug, at, "missing")


State = Literal["seen", "open", "impossible"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line, or the setting itself where that is None, and what became of each of its goals."""

    line: Part | None
    states: tuple[tuple[Outcome, State], ...]


@dataclass(frozen=True, slots=True)
class SettingCoverage:
    """How far one setting is tested; a raw one has no rows, as it cannot be."""

    contender: Contender
    rows: tuple[Row, ...]

    @property
    def seen(self) -> int:
        """How many of its goals were seen."""
        return sum(state == "seen" for row in self.rows for _, state in row.states)

    @property
    def possible(self) -> int:
        """How many of its goals can be seen at all."""
        return sum(state != "impossible" for row in self.rows for _, state in row.states)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far all settings are tested, by priority."""

    settings: tuple[SettingCoverage, ...]

    @property
    def seen(self) -> int:
        """How many goals were seen."""
        return sum(it.seen for it in self.settings)

    @property
    def possible(self) -> int:
        """How many goals can be seen at all."""
        return sum(it.possible for it in self.settings)

    @property
    def percent(self) -> float:
        """The share of what was seen; 100 where there is nothing to see."""
        return 100 * self.seen / self.possible if self.possible else 100.0


def coverage_of(seen: Set[Goal], impossible: Set[Goal], subject: Subject) -> Coverage:
    """Of each setting what was seen; `impossible` goals are known to be beyond any customer."""
    settings = []
    for contender in subject.contenders:
        goals = list(goals_of(contender, subject))
        own = [it for it in goals if it.line is None]
        rows = [Row(None, _states(own, seen, impossible))] if own else []
        for at, (line, _) in enumerate(lines_in(contender)):
            of_line = (it for it in goals if it.line == at)
            rows.append(Row(line, _states(of_line, seen, impossible)))
        settings.append(SettingCoverage(contender, tuple(rows)))
    return Coverage(tuple(settings))


def _states(
    goals: Iterable[Goal], seen: Set[Goal], impossible: Set[Goal]
) -> tuple[tuple[Outcome, State], ...]:
    def state(goal: Goal) -> State:
        if goal in seen:
            return "seen"
        return "impossible" if goal in impossible else "open"

    return tuple((goal.outcome, state(goal)) for goal in goals)
