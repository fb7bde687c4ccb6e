"""The customers of the make-believe shop: what the n-th looks like is a formula, not a record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
"""When the first customer was changed last; each that follows a second later."""

_ADDRESS = re.compile(r"Customer\.([0-9]+)@mail[0-9]+\.example\.com", re.IGNORECASE)
_MORE = (
    '"attributes":{"city":"İstanbul","segment":"loyal"},"attributes_kwargs":{},'
    '"localized_attributes":{},"localized_attributes_kwargs":{},'
    '"extra_field":{"email_verified":true,"orders":"12","tags":["press","app"]},'
    '"email_allowed":true,"sms_allowed":true,"call_allowed":false,'
    '"date_of_birth":"1990-05-17","created_date":"2020-01-01T00:00:00Z",'
)


def address_of(number: int) -> str:
    """The e-mail address of a customer, as the customer wrote it."""
    return f"Customer.{number}@mail{number % 50}.example.com"


@dataclass
class Customers:
    """So many customers. Rows are of 300 bytes, or `full`: with all fields of docs/shop-api.md."""

    count: int
    full: bool = False
    minds_case: bool = False
    """Whether the filter of addresses does, as a plain one of a database would."""

    def row(self, pk: int) -> str:
        """One record in JSON."""
        number = pk - 1
        return (
            f'{{"pk":{pk},"channel":1,"email":"{address_of(number)}","first_name":"Ayşe",'
            f'"last_name":"Yılmaz","phone_number":"+9053{number:08}","is_active":true,'
            f'"channel_code":"C{number}","erp_code":"E-{number}",{_MORE if self.full else ""}'
            f'"date_joined":"2020-01-01T00:00:00Z","gender":"female","user_type":"registered",'
            f'"modified_date":"{_moved(number)}"}}'
        )

    def pks(self, query: dict[str, str]) -> Sequence[int]:
        """Who is meant by the filters of a query, in the order of ids; unknown ones are ignored."""
        first = 1
        if "modified_date__gte" in query:
            first += _number_since(query["modified_date__gte"])
        named = self._named(query)
        if named is None:
            return range(first, self.count + 1)
        return sorted(pk for pk in named if first <= pk <= self.count)

    def _named(self, query: dict[str, str]) -> set[int] | None:
        """Who is named one by one; None when nobody is."""
        named: set[int] | None = None
        for name, text in query.items():
            if name in ("pk__in", "id__in"):
                some = {int(it) for it in text.split(",") if it}
            elif name in ("email", "email__in"):
                some = {self._pk_of(it) for it in text.split(",")}
            else:
                continue
            named = some if named is None else named & some
        return named

    def _pk_of(self, email: str) -> int:
        """0 when nobody has the address."""
        it = _ADDRESS.fullmatch(email)
        known = address_of(int(it[1])) if it else ""
        same = known == email if self.minds_case else known.lower() == email.lower()
        return int(it[1]) + 1 if it and same else 0


def _moved(number: int) -> str:
    return f"{(BEGAN + timedelta(seconds=number)).isoformat()[:19]}Z"


def _number_since(moment: str) -> int:
    """The first customer who was changed at that moment or later."""
    since = datetime.fromisoformat(moment) - BEGAN
    return max(0, -(-since // timedelta(seconds=1)))
