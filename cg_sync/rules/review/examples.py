"""Customers whom settings are known to select, so that many questions need no proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.analysis.prove import Witness
from cg_sync.rules.catalogue import AttributeType
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.fixtures import record_of
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.subject import Subject

MOST: Final = 24
"""Examples of one setting; more of them seldom settle what these do not."""
TICKS_OF_A_LINE: Final = 3
"""What a line of a rule costs when the rule is evaluated."""

_ANY: Final[Mapping[AttributeType, JsonValue]] = {
    "boolean": True,
    "string": "example",
    "email": "test@example.com",
    "phone": "+9990000000",
    "integer": 1,
    "decimal": 1,
    "date": "2000-01-01",
    "datetime": "2000-01-01T00:00:00Z",
}
"""What a customer has where an attribute is never missing and nothing else is known."""


@dataclass(frozen=True, slots=True)
class _Example:
    """A witness, and the record with a value for all that a customer cannot lack."""

    witness: Witness
    record: JsonObject


@dataclass(frozen=True)
class Examples:
    """Sure witnesses by the setting that selects them, the first found first.

    Evaluating rules on them is work of the inquiry.
    """

    inquiry: Inquiry
    _of: dict[str, list[_Example]] = field(default_factory=lambda: defaultdict(list))

    def add(self, witness: Witness, *slugs: str) -> None:
        """Keeps a witness whom these settings select."""
        wanting = [it for it in slugs if witness.sure and len(self._of[it]) < MOST]
        if wanting:
            example = _Example(witness, self._whole(witness.customer))
            for slug in wanting:
                self._of[slug].append(example)

    def any_escapes(self, slug: str, rivals: Sequence[Subject]) -> bool:
        """Whether a known customer of the setting is selected by none of the rivals."""
        return any(
            not any(self._holds(it, example.record, example.witness.groups) for it in rivals)
            for example in self._of.get(slug, ())
        )

    def all_within(self, slug: str, outer: Subject) -> bool:
        """Whether the other setting selects all known customers of this one."""
        known = self._of.get(slug, ())
        return all(self._holds(outer, it.record, it.witness.groups) for it in known)

    def count_within(self, slug: str, outer: Subject) -> int:
        """How many of the known customers of the setting the other one selects."""
        return sum(
            self._holds(outer, it.record, it.witness.groups) for it in self._of.get(slug, ())
        )

    def selects(self, subject: Subject, witness: Witness) -> bool:
        """Whether the rule selects the customer; False for a raw rule."""
        return self._holds(subject, self._whole(witness.customer), witness.groups)

    def shared(self, one: Subject, other: Subject) -> Witness | None:
        """A customer whom both select, put together from one example of each, if that will do."""
        first, second = self._of.get(one.slug), self._of.get(other.slug)
        if not first or not second:
            return None
        return next(
            (
                made
                for made in _both(first[0].witness, second[0].witness)
                for record in (made.customer,)
                if self._holds(one, record, made.groups)
                and self._holds(other, record, made.groups)
                and self.selects(one, made)
                and self.selects(other, made)
            ),
            None,
        )

    def _holds(self, subject: Subject, record: JsonObject, groups: frozenset[str]) -> bool:
        self.inquiry.charge(subject.lines * TICKS_OF_A_LINE)
        moment = Moment(self.inquiry.world.as_of, groups)
        return subject.node is not None and evaluate(subject.node, record, moment)

    def _whole(self, record: JsonObject) -> JsonObject:
        return _merged(record, self._never_missing)

    @cached_property
    def _never_missing(self) -> JsonObject:
        catalogue = self.inquiry.world.catalogue
        attributes = catalogue.attributes
        sure = [it for it in attributes.values() if not it.nullable and it.type != "list"]
        values = {it.name: it.values[0] if it.values else _ANY[it.type] for it in sure}
        return record_of(values, catalogue).customer


def _both(one: Witness, other: Witness) -> Iterator[Witness]:
    """Customers with all that the two have; where they differ, as the one or as the other."""
    groups = one.groups | other.groups
    yield Witness(_merged(one.customer, other.customer), groups, True)
    yield Witness(_merged(other.customer, one.customer), groups, True)


def _merged(one: JsonObject, other: JsonObject) -> JsonObject:
    """All of `one`, and what of the other it has nothing for; keys sorted."""
    merged: dict[str, JsonValue] = {**other, **one}
    for name in one.keys() & other.keys():
        mine, theirs = one[name], other[name]
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            merged[name] = _merged(mine, theirs)
    return dict(sorted(merged.items()))
