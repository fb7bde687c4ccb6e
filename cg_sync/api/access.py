"""Chooses the way to the customers behind keys that costs the fewest calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cg_sync.core.address import RemoteId
from cg_sync.core.forecast import pages_of
from cg_sync.core.members import UNSURE_FIELDS, KeyField, MemberKeys

KEYS_PER_CALL = 50
"""Akinon's own client asks for 50 keys at a time in `__in` filters."""

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filtered:
    """Ask for the keys. Whom these queries do not find may be there all the same, since filters may
    tell upper from lower case: then a walk comes on top.
    """

    queries: Sequence[Query]

    @property
    def calls(self) -> int:
        return len(self.queries)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Ask whether the customers whom an up-to-date cache names are still who they were. All other
    keys name nobody.
    """

    queries: Sequence[Query]

    @property
    def calls(self) -> int:
        return len(self.queries)


@dataclass(frozen=True, slots=True)
class Walk:
    """Read the listing of all customers, page by page."""

    calls: int


Path = Filtered | Confirmed | Walk
"""A way, and how many calls it takes at least."""


def access_path(
    keys: MemberKeys,
    *,
    total: int,
    page_size: int,
    lookups: Mapping[str, frozenset[str]],
    named: Mapping[tuple[KeyField, str], Iterable[RemoteId]] | None = None,
) -> Path:
    """The cheapest way to the customers behind `keys` in a shop of `total` customers. `named` are
    those whom a cache that is up to date knows by these keys, None without such a cache.
    """
    walk = Walk(pages_of(total, page_size))
    size = min(KEYS_PER_CALL, page_size)
    path = (
        Confirmed(_confirming(named, size))
        if named is not None
        else Filtered(_queries(keys, lookups, size))
    )
    return path if path.calls < walk.calls else walk


def _confirming(named: Mapping[tuple[KeyField, str], Iterable[RemoteId]], size: int) -> list[Query]:
    """Asks for those who are named; but a key of an unsure field is asked for itself, since members
    are only let go while all of those are plain, and a second owner may be new.
    """
    pks = {pk for (name, _), found in named.items() if name not in UNSURE_FIELDS for pk in found}
    unsure = sorted(it for it in named if it[0] in UNSURE_FIELDS)
    alone: list[Query] = [{name: key} for name, key in unsure]
    return _chunked("pk", map(str, sorted(pks)), size) + alone


def depends_on_lookups(keys: MemberKeys) -> bool:
    """Whether it makes a difference to the number of calls which lookups the shop offers."""
    return any(name != "pk" and len(wanted) > 1 for name, wanted in keys.by.items())


def _queries(keys: MemberKeys, lookups: Mapping[str, frozenset[str]], size: int) -> list[Query]:
    """The filters that together find every key, as few as the shop allows, with up to `size` keys
    each. `pk__in` is documented, others are not.
    """
    queries: list[Query] = []
    for name, wanted in keys.by.items():
        ordered = sorted(wanted)
        if name == "pk" or "in" in lookups.get(name, ()):
            # A comma would end the key.
            queries += _chunked(name, [it for it in ordered if "," not in it], size)
            ordered = [it for it in ordered if "," in it]
        queries += [{name: key} for key in ordered]
    return queries


def _chunked(name: KeyField, keys: Iterable[str], size: int) -> list[Query]:
    ordered = list(keys)
    starts = range(0, len(ordered), size)
    return [{f"{name}__in": ",".join(ordered[at : at + size])} for at in starts]
