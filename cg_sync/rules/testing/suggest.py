"""Suggests rule tests for what no test has seen; each is run first, and passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.analysis.prove import Found, Witness, World, find
from cg_sync.rules.contest import Contender, Reason, Standing
from cg_sync.rules.fixtures import values_of
from cg_sync.rules.testing.boundaries import boundary_values
from cg_sync.rules.testing.cases import cases_of, read_suite
from cg_sync.rules.testing.checks import Subject, has_window, rule_needs_clock
from cg_sync.rules.testing.coverage import (
    Goal,
    Seen,
    attribute_at,
    goals_of,
    leaves_in,
    lines_in,
)
from cg_sync.rules.testing.expectations import WORDS
from cg_sync.rules.testing.reach import BUDGET, customers_for, deciding, is_impossible
from cg_sync.rules.testing.run import Result, run_case


def impossible_goals(seen: Seen, subject: Subject, now: datetime) -> frozenset[Goal]:
    """The goals not seen that are proven to be beyond any customer at that time."""
    goals = (goal for it in subject.contenders for goal in goals_of(it, subject))
    missed = (goal for goal in goals if goal not in seen.goals)
    return frozenset(goal for goal in missed if is_impossible(goal, subject, now))


def suggest_tests(seen: Seen, subject: Subject, now: datetime) -> JsonObject | None:
    """A rule test file for every goal that was not seen and every border that was not tried; None
    when there is nothing to suggest.

    What its tests show is added to `seen`. A goal for which no customer was found is left out.
    """
    clock = any(rule_needs_clock(it) or has_window(it) for it in subject.contenders)
    author = _Author(subject, seen, now, {"now": now.isoformat()} if clock else {})
    for contender in subject.contenders:
        for goal in goals_of(contender, subject):
            if goal not in seen.goals:
                author.suggest_goal(goal)
    for contender in subject.contenders:
        for at in range(len(lines_in(contender))):
            author.suggest_border(contender, at)
    return author.file(author.tests) if author.tests else None


@dataclass(frozen=True, slots=True)
class _Author:
    """Writes tests down, and keeps those that pass."""

    subject: Subject
    seen: Seen
    as_of: datetime
    clock: JsonObject
    tests: list[JsonObject] = field(default_factory=list)

    def file(self, tests: list[JsonObject]) -> JsonObject:
        return {"version": 1, **self.clock, "tests": tests}

    def suggest_goal(self, goal: Goal) -> None:
        contender = self.subject.by_slug[goal.slug]
        place = "" if goal.line is None else f"{lines_in(contender)[goal.line][0].place} is "
        for reached in customers_for(goal, self.subject, self.as_of):
            entry: dict[str, JsonValue] = {
                "name": f"{goal.slug}: {place}{goal.outcome}",
                "customer": self._values(reached.witness),
            }
            if reached.moment != self.as_of:
                entry["now"] = reached.moment.isoformat()
            if self._keep_if(entry, goal):
                return

    def _keep_if(self, entry: dict[str, JsonValue], goal: Goal) -> bool:
        """Keep the test if it shows the goal, with all that can be expected of the setting."""
        contender = self.subject.by_slug[goal.slug]
        ranks = goal.outcome in ("won", "lost")
        about = self._about(contender, with_rivals=ranks)
        guess = self._run({**entry, "of": goal.slug, "expect": True}, about)
        if not guess:
            return False
        standing = guess[0].contest.standing(goal.slug)
        told = {**entry, "expect": {goal.slug: _told(standing)}}
        plain = {**entry, "of": goal.slug, "expect": standing.selects}
        # A setting may have the slug of a word, which `expect:` would take it for.
        detailed = (ranks or not standing.selects) and goal.slug not in WORDS
        for test in (told, plain) if detailed else (plain,):
            results = self._run(test, about)
            shown = _shown(results, contender, about)
            if goal in shown.goals and not any(it.failures for it in results):
                self._keep(test, shown)
                self.seen.goals.add(goal)
                return True
        return False

    def suggest_border(self, contender: Contender, at: int) -> None:
        """One test of the values around the border of a line, for a customer of whom it decides."""
        line, inverted = lines_in(contender)[at]
        attribute = attribute_at(line, self.subject.catalogue)
        values = self._untried(contender, at)
        if not values:
            return
        assert contender.outline is not None
        world = World(self.subject.catalogue, self.as_of, BUDGET)
        answer = find(deciding(contender.outline, line, inverted), world)
        if not isinstance(answer, Found):
            return
        customer = self._values(answer.witness)
        entry: JsonObject = {
            "name": f"{contender.slug}: the borders of {line.place}",
            "customer": {name: it for name, it in customer.items() if name != attribute.name},
            "each": {attribute.name: values},
            "of": contender.slug,
        }
        about = self._about(contender)
        results = self._run({**entry, "expect": [True] * len(values)}, about)
        answers = [it.contest.standing(contender.slug).selects for it in results]
        if answers:
            test: JsonObject = {**entry, "expect": answers}
            shown = _shown(self._run(test, about), contender, about)
            self._keep(test, shown)

    def _untried(self, contender: Contender, at: int) -> list[JsonValue]:
        line, _ = lines_in(contender)[at]
        attribute = attribute_at(line, self.subject.catalogue)
        values: list[JsonValue] = [
            value
            for leaf in leaves_in(line.node)
            for value in boundary_values(leaf.test, attribute, self.as_of)
        ]
        if values and attribute.may_lack:
            values.append(None)
        untried = {canonical(it): it for it in values}
        return [
            it for text, it in untried.items() if (contender.slug, at, text) not in self.seen.values
        ]

    def _values(self, witness: Witness) -> JsonObject:
        return values_of(witness.customer, witness.groups, self.subject.catalogue)

    def _about(self, contender: Contender, *, with_rivals: bool = False) -> Subject:
        """The setting alone: what its rule says of a customer hangs on no other setting, and to
        hold hundreds against every customer takes minutes. Who wins also hangs on its rivals.
        """
        rivals = self.subject.rivals(contender) if with_rivals else ()
        return replace(self.subject, contenders=(*rivals, contender))

    def _run(self, test: JsonObject, about: Subject) -> list[Result]:
        """What comes of the test; nothing when it could not stand in a file."""
        suite, problems = read_suite(self.file([test]), about)
        if problems:
            return []
        cases = (case for it in suite.tests for case in cases_of(it, about.catalogue))
        return [run_case(case, about) for case in cases]

    def _keep(self, test: JsonObject, shown: Seen) -> None:
        """Keep the test, and what it shows of its setting whoever else competes."""
        self.tests.append(test)
        self.seen.values |= shown.values
        self.seen.goals |= {it for it in shown.goals if it.outcome not in ("won", "lost")}


def _shown(results: Iterable[Result], contender: Contender, about: Subject) -> Seen:
    """What comes to light of the setting that the tests are suggested for."""
    shown = Seen()
    for it in results:
        shown.note_of(contender.slug, it, about)
    return shown


def _told(standing: Standing) -> JsonValue:
    """All that can be expected of a setting that stands so."""
    told: dict[str, JsonValue] = {"result": str(standing.reason)}
    match standing.reason:
        case Reason.NO_MATCH | Reason.EXCLUDED if standing.at not in ("match", "except"):
            told["line"] = standing.at
        case Reason.LOST_TO:
            told["to"] = standing.at
        case _:
            pass
    return told
