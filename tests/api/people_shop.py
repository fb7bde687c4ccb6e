"""A shop in memory that has customers and a clock, and counts calls as the wire would."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cg_sync.api.customer_cache import CustomerCache
from cg_sync.api.shop import NOTHING, Incomplete
from cg_sync.errors import Rejected
from cg_sync.jsonvalue import JsonObject, JsonValue

START = datetime(2026, 11, 22, 6, tzinfo=UTC)


@dataclass
class PeopleShop:
    """Its customers by pk. `filters` are those it knows; others it ignores. With `folds` they do
    not tell upper from lower case. `shift` is how much later a date means to it than it says, and
    `ahead` is how much our clock is before its own. No row has a field that is not asked for.
    """

    page_size: int = 2
    filters: frozenset[str] = frozenset({"pk__in", "modified_date__gte", "email", "erp_code"})
    folds: bool = False
    shift: timedelta = timedelta(0)
    ahead: timedelta = timedelta(0)
    refuses_dates: bool = False
    moves: int = 0
    customer_cache: CustomerCache | None = None
    now: datetime = START
    people: dict[int, dict[str, JsonValue]] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)
    last_pk: int = 0

    def clock(self) -> datetime:
        """The time that we believe it is."""
        return self.now + self.ahead

    def wait(self, hours: float = 24) -> None:
        self.now += timedelta(hours=hours)

    def add(self, email: str, **others: JsonValue) -> int:
        """A new customer, changed now; the pk."""
        self.last_pk += 1
        self.people[self.last_pk] = {"pk": self.last_pk}
        self.change(self.last_pk, email=email, **others)
        return self.last_pk

    def change(self, pk: int, **fields: JsonValue) -> None:
        stamp = self.now.isoformat().replace("+00:00", "Z")
        self.people[pk] |= {**fields, "modified_date": stamp}

    def forget_dates(self) -> None:
        """From now on nobody has a date, and nothing is filtered by it."""
        self.filters -= {"modified_date__gte"}
        for person in self.people.values():
            del person["modified_date"]

    def spent(self) -> int:
        """How many calls were made since the last time, and not where they went."""
        calls, self.asked[:] = len(self.asked), []
        return calls

    def fetch_each(
        self, collection: str, queries: Sequence[Mapping[str, str]]
    ) -> Iterator[list[JsonObject]]:
        # All at once, as a shop would be asked by several threads.
        return iter([self.fetch_complete(collection, it) for it in queries])

    def fetch_all(
        self, collection: str, query: Mapping[str, str] = NOTHING, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        assert collection == "customers"
        if self.refuses_dates and "modified_date__gte" in query:
            raise Rejected("Enter a valid date/time.", status=400)
        known = {name: it for name, it in query.items() if name in self.filters}
        rows = [it for it in self.people.values() if self._fits(it, known)]
        for at, row in enumerate(rows):
            if at % self.page_size == 0:
                self.asked.append(query)
            yield {name: it for name, it in row.items() if name in {*(fields or row), "pk"}}
            if self.moves:
                self.moves -= 1
                raise Incomplete("/customers/", "it moved")
        if not rows:
            self.asked.append(query)

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = NOTHING
    ) -> list[JsonObject]:
        return list(self.fetch_all(collection, query))

    def count(self, _collection: str, _query: Mapping[str, str] = NOTHING) -> int | None:
        self.asked.append({"limit": "1"})
        return len(self.people)

    def lookups(self, _collection: str) -> Mapping[str, frozenset[str]]:
        self.asked.append({"OPTIONS": ""})
        offered = [it.removesuffix("__in") for it in self.filters if it.endswith("__in")]
        return {name: frozenset({"exact", "in"}) for name in offered}

    def _fits(self, person: JsonObject, query: Mapping[str, str]) -> bool:
        return all(self._has(person, *name.partition("__")[::2], it) for name, it in query.items())

    def _has(self, person: JsonObject, name: str, lookup: str, asked: str) -> bool:
        if lookup == "gte":
            since = datetime.fromisoformat(asked) + self.shift
            return datetime.fromisoformat(str(person[name])) >= since
        mine = str(person.get(name) or "")
        if self.folds:
            mine, asked = mine.lower(), asked.lower()
        return mine in (asked.split(",") if lookup == "in" else (asked,))
