"""Which way to customers costs the fewest calls."""

from __future__ import annotations

from collections.abc import Mapping

from cg_sync.api.access import (
    Confirmed,
    Filtered,
    Path,
    Walk,
    access_path,
    depends_on_lookups,
)
from cg_sync.core.members import KeyField, MemberKeys

IN: Mapping[str, frozenset[str]] = {"email": frozenset({"exact", "in"})}


def emails(count: int) -> MemberKeys:
    return MemberKeys({"email": {f"p{number:03}@example.com" for number in range(count)}})


def chosen(
    keys: MemberKeys,
    pages: int,
    lookups: Mapping[str, frozenset[str]] | None = None,
    named: list[int] | None = None,
) -> Path:
    known = None if named is None else by_email(named)
    return access_path(keys, total=pages * 100, page_size=100, lookups=lookups or {}, named=known)


def by_email(pks: list[int]) -> dict[tuple[KeyField, str], tuple[int, ...]]:
    return {("email", f"{number}@example.com"): (pk,) for number, pk in enumerate(pks)}


def test_a_few_keys_are_asked_for_one_by_one() -> None:
    assert chosen(emails(2), 3) == Filtered(
        [{"email": "p000@example.com"}, {"email": "p001@example.com"}]
    )


def test_more_keys_than_pages_take_a_walk() -> None:
    assert chosen(emails(3), 3) == Walk(3)
    assert chosen(emails(1), 1) == Walk(1)


def test_fifty_keys_go_into_one_call_where_the_shop_offers_it() -> None:
    path = chosen(emails(101), 4, IN)
    assert isinstance(path, Filtered)
    assert [it["email__in"].count(",") for it in path.queries] == [49, 49, 0]
    assert chosen(emails(101), 3, IN) == Walk(3)


def test_ids_go_together_whatever_the_shop_says() -> None:
    assert chosen(MemberKeys({"pk": {"7", "12"}}), 9) == Filtered([{"pk__in": "12,7"}])


def test_a_key_with_a_comma_goes_alone() -> None:
    keys = MemberKeys({"erp_code": {"A,1", "A2", "A3"}})
    path = chosen(keys, 9, {"erp_code": frozenset({"in"})})
    assert path == Filtered([{"erp_code__in": "A2,A3"}, {"erp_code": "A,1"}])


def test_whom_a_cache_names_are_confirmed_fifty_at_a_time() -> None:
    assert chosen(emails(500), 4, named=[]) == Confirmed([])
    assert chosen(emails(500), 4, named=[12, 7, 7]) == Confirmed([{"pk__in": "7,12"}])
    assert chosen(emails(500), 4, named=list(range(150))).calls == 3
    assert chosen(emails(500), 4, named=list(range(151))) == Walk(4)


def test_no_more_are_asked_for_than_come_on_a_page() -> None:
    keys, named = MemberKeys({}), list(range(25))
    path = access_path(keys, total=100, page_size=10, lookups={}, named=by_email(named))
    assert isinstance(path, Confirmed)
    assert [len(it["pk__in"].split(",")) for it in path.queries] == [10, 10, 5]


def test_a_key_that_may_be_in_doubt_is_asked_for_itself() -> None:
    named: dict[tuple[KeyField, str], tuple[int, ...]] = {
        ("erp_code", "77"): (7,),
        ("email", "a@example.com"): (8,),
        ("phone_number", "+90"): (9, 10),
    }
    path = access_path(MemberKeys({}), total=900, page_size=100, lookups={}, named=named)
    assert path == Confirmed([{"pk__in": "8"}, {"erp_code": "77"}, {"phone_number": "+90"}])


def test_lookups_matter_for_several_keys_of_a_kind() -> None:
    assert depends_on_lookups(emails(2))
    assert not depends_on_lookups(emails(1))
    assert not depends_on_lookups(MemberKeys({"pk": {"1", "2"}, "erp_code": {"A"}}))
