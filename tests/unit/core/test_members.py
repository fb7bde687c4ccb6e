"""Who is in a group: one form for a key, and wanted members held against live ones."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator
from hashlib import sha256
from random import Random
from weakref import finalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core import members
from cg_sync.core.members import (
    KEY_FIELDS,
    ROWS_AT_ONCE,
    KeyField,
    Member,
    MemberDelta,
    MemberKeys,
    Membership,
    Mode,
    OutOfOrder,
    Sifted,
    UnknownKey,
    delta_of,
    fields_of,
    fingerprint_of,
    keys_of,
    member_of,
    normal_key,
    sift,
)
from cg_sync.jsonvalue import JsonObject, JsonValue
from tests.builders import customers

AYSE: JsonObject = {
    "pk": 1,
    "email": "Ayse@Example.com",
    "erp_code": "C-1",
    "phone_number": "+90 555 1",
}
BURAK: JsonObject = {"pk": 2, "email": "burak@example.com", "erp_code": None, "phone_number": " "}
CAN: JsonObject = {"id": 3, "email": None, "erp_code": "C-3"}


@pytest.mark.parametrize(
    ("field", "written", "normal"),
    [
        ("email", "  Ayse@Example.COM ", "ayse@example.com"),
        ("email", "AYŞE@example.com", "ayşe@example.com"),
        ("email", "ays\u0327e@example.com", "ayşe@example.com"),
        ("email", "J\u030c@example.com", "\u01f0@example.com"),
        ("email", "GROßE@example.com", "große@example.com"),
        ("pk", " 77 ", "77"),
        ("erp_code", " c-1042", "c-1042"),
        ("erp_code", "C-1042", "C-1042"),
        ("erp_code", "C 1042", "C 1042"),
        ("phone_number", " +90 555 000 00 00", "+905550000000"),
        ("phone_number", "00 90 (555) 000-00.00", "+905550000000"),
        ("phone_number", "0555 000 00 00", "05550000000"),
        ("phone_number", "unknown", "unknown"),
    ],
)
def test_a_key_has_one_form(field: KeyField, written: str, normal: str) -> None:
    assert normal_key(field, written) == normal


@given(st.sampled_from(KEY_FIELDS), st.text())
def test_the_normal_form_of_a_normal_key_is_itself(field: KeyField, written: str) -> None:
    normal = normal_key(field, written)
    assert normal_key(field, normal) == normal


@given(st.sampled_from(KEY_FIELDS), st.text())
def test_how_letters_are_composed_makes_no_difference(field: KeyField, written: str) -> None:
    decomposed = unicodedata.normalize("NFD", written)
    assert normal_key(field, decomposed) == normal_key(field, written)


def test_keys_are_counted_over_all_fields() -> None:
    assert len(MemberKeys({"email": {"a@x", "b@x"}, "pk": {"1"}})) == 3
    assert len(MemberKeys()) == 0


def test_keys_are_united_field_by_field() -> None:
    one = MemberKeys({"pk": {"1"}, "email": {"a@x"}})
    other = MemberKeys({"email": {"b@x"}, "erp_code": {"C"}})
    united = one | other
    assert united == MemberKeys({"email": {"a@x", "b@x"}, "pk": {"1"}, "erp_code": {"C"}})
    assert list(united.by) == ["email", "pk", "erp_code"]


def test_uniting_leaves_both_sides_as_they_were() -> None:
    one, other = MemberKeys({"pk": {"1"}}), MemberKeys({"pk": {"2"}})
    assert one | other == MemberKeys({"pk": {"1", "2"}})
    assert (one, other) == (MemberKeys({"pk": {"1"}}), MemberKeys({"pk": {"2"}}))


def test_an_erp_code_that_the_shop_sends_as_a_number_names_as_well() -> None:
    assert keys_of({"pk": 4, "erp_code": 1042}) == {"pk": "4", "erp_code": "1042"}


def test_a_pk_of_null_beside_an_id_is_no_pk() -> None:
    assert member_of({"pk": None, "id": 5}) == Member(5, "")


def test_a_customer_is_known_by_pk_or_id() -> None:
    assert member_of(AYSE) == Member(1, "Ayse@Example.com")
    assert member_of(CAN) == Member(3, "")


@pytest.mark.parametrize("pk", [None, "7", True, 7.0])
def test_a_customer_without_a_numeric_id_is_refused(pk: str | float | None) -> None:
    with pytest.raises(ValueError, match="without a numeric pk"):
        member_of({"pk": pk, "email": "a@x"})


def test_a_customer_without_any_id_is_refused() -> None:
    with pytest.raises(ValueError, match="without a numeric pk"):
        sift(Membership("exact", MemberKeys()), [{"email": "a@x"}])


def test_every_key_of_a_customer_that_has_a_value_names_them() -> None:
    assert [keys_of(it) for it in (AYSE, BURAK, CAN)] == [
        {"pk": "1", "email": "ayse@example.com", "erp_code": "C-1", "phone_number": "+905551"},
        {"pk": "2", "email": "burak@example.com"},
        {"pk": "3", "erp_code": "C-3"},
    ]


def sifted(mode: Mode, keys: MemberKeys, *live: JsonObject) -> Sifted:
    return sift(Membership(mode, keys), live)


def test_live_members_are_kept_missing_or_surplus() -> None:
    keys = MemberKeys({"email": {"ayse@example.com", "zeynep@example.com"}})
    assert sifted("exact", keys, AYSE, BURAK) == Sifted(
        kept=1,
        surplus=(Member(2, "burak@example.com"),),
        missing=MemberKeys({"email": {"zeynep@example.com"}}),
        fingerprint=fingerprint_of([1, 2]),
    )


def test_nobody_is_surplus_where_others_are_welcome() -> None:
    keys = MemberKeys({"email": {"ayse@example.com", "zeynep@example.com"}})
    assert sifted("at_least", keys, AYSE, BURAK) == Sifted(
        kept=2, surplus=(), missing=MemberKeys({"email": {"zeynep@example.com"}})
    )


def test_a_customer_whom_two_keys_name_is_one_member() -> None:
    keys = MemberKeys({"email": {"ayse@example.com"}, "erp_code": {"C-1"}})
    nobody = MemberKeys({"email": set(), "erp_code": set()})
    assert sifted("exact", keys, AYSE) == Sifted(1, (), nobody, fingerprint_of([1]))


@given(st.lists(st.integers(0, 2**62), unique=True), st.randoms())
def test_a_fingerprint_names_who_is_in_a_group_whatever_the_order(
    pks: list[int], random: Random
) -> None:
    other = pks.copy()
    random.shuffle(other)
    whole = ",".join(map(str, sorted(pks)))
    assert fingerprint_of(other) == sha256(whole.encode()).hexdigest()
    assert fingerprint_of(array("q", sorted(pks))) == fingerprint_of(other)
    assert fingerprint_of([*pks, 2**62 + 1]) != fingerprint_of(pks)


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, 2 * ROWS_AT_ONCE])
def test_a_fingerprint_of_many_is_that_of_their_one_text(count: int) -> None:
    whole = ",".join(map(str, range(count)))
    assert fingerprint_of(range(count)) == sha256(whole.encode()).hexdigest()


def test_addresses_with_blanks_around_them_are_met_beside_others() -> None:
    keys = MemberKeys({"email": {"a@x", "b@x"}})
    rows: list[JsonObject] = [{"pk": 1, "email": " B@x"}, {"pk": 2, "email": "A@x"}]
    assert sifted("exact", keys, *rows).missing == MemberKeys({"email": set()})


def test_members_without_an_address_or_with_a_number_for_one_are_held_beside_others() -> None:
    keys = MemberKeys({"email": {"7", "a@x"}})
    rows: list[JsonObject] = [{"pk": 1, "email": 7}, {"pk": 2}, {"pk": 3, "email": "A@x"}]
    found = sifted("exact", keys, *rows)
    assert (found.surplus, found.missing) == ((Member(2, ""),), MemberKeys({"email": set()}))


def test_members_in_the_order_of_their_ids_are_named_without_keeping_the_ids() -> None:
    membership = Membership("exact", MemberKeys({"pk": {"2"}}))
    rows: list[JsonObject] = [{"pk": pk} for pk in range(1, 2 * ROWS_AT_ONCE + 2)]
    assert sift(membership, rows, in_order=True) == sift(membership, rows)


@pytest.mark.parametrize("at", [1, ROWS_AT_ONCE])
def test_members_who_are_to_come_in_order_and_do_not_are_told(at: int) -> None:
    rows: list[JsonObject] = [{"pk": pk} for pk in range(1, ROWS_AT_ONCE + 2)]
    rows[at - 1], rows[at] = rows[at], rows[at - 1]
    with pytest.raises(OutOfOrder):
        sift(Membership("exact", MemberKeys()), rows, in_order=True)
    at_least = Membership("at_least", MemberKeys())
    assert sift(at_least, rows, in_order=True) == sift(at_least, rows)


def test_somebody_of_the_same_key_as_another_is_kept_too() -> None:
    keys = MemberKeys({"erp_code": {"C-1"}})
    twin: JsonObject = {"pk": 4, "erp_code": "C-1"}
    assert sifted("exact", keys, AYSE, twin, BURAK).surplus == (Member(2, "burak@example.com"),)


def test_keys_of_one_side_alone_are_shared_and_not_copied() -> None:
    emails = {"ayse@example.com"}
    both = MemberKeys({"email": emails, "pk": {"1"}}) | MemberKeys({"email": set(), "pk": {"2"}})
    assert both == MemberKeys({"email": emails, "pk": {"1", "2"}})
    assert both.by["email"] is emails
    assert (MemberKeys() | both).by["email"] is emails


def test_surplus_members_are_in_the_order_of_their_ids() -> None:
    assert sifted("exact", MemberKeys(), CAN, AYSE, BURAK).surplus == (
        Member(1, "Ayse@Example.com"),
        Member(2, "burak@example.com"),
        Member(3, ""),
    )


def test_the_wanted_keys_stay_as_they_were() -> None:
    keys = MemberKeys({"email": {"ayse@example.com"}})
    sifted("exact", keys, AYSE)
    assert keys == MemberKeys({"email": {"ayse@example.com"}})


def test_members_are_sifted_while_they_come_and_few_are_held_at_a_time() -> None:
    class Row(dict[str, JsonValue]):
        """A record of which it can be told whether anybody still has it."""

    alive = most = 0

    def forget() -> None:
        nonlocal alive
        alive -= 1

    def rows() -> Iterator[JsonObject]:
        nonlocal alive, most
        for pk in range(1, 3 * ROWS_AT_ONCE):
            row = Row(pk=pk, email=f"c{pk}@example.com")
            finalize(row, forget)
            alive += 1
            most = max(most, alive)
            yield row

    keys = MemberKeys({"email": {f"c{pk}@example.com" for pk in range(2, 3 * ROWS_AT_ONCE)}})
    assert len(sift(Membership("exact", keys), rows()).surplus) == 1
    assert most <= ROWS_AT_ONCE + 2


def test_a_delta_counts_before_and_after() -> None:
    delta = MemberDelta(add=customers(1, 2, 3), remove=customers(4), kept=10)
    assert (delta.before, delta.after) == (11, 13)


people = st.lists(
    st.fixed_dictionaries(
        {"pk": st.integers(1, 9)},
        optional={
            "email": st.sampled_from(
                ["A@x", "b@x", "c@x", "b@x", "z@x", " b@x", "a@x\nb@x", "", "\u212a@x", None, 7]
            ),
            "erp_code": st.sampled_from(["C-1", "C-2", ""]),
        },
    ),
    unique_by=lambda it: it["pk"],
)
wanted_keys = st.builds(
    MemberKeys,
    st.fixed_dictionaries(
        {},
        optional={
            "email": st.sets(st.sampled_from(["a@x", "b@x", "z@x", "k@x", "7"])),
            "pk": st.sets(st.sampled_from(["1", "2", "99"])),
            "erp_code": st.sets(st.sampled_from(["C-1", "C-9"])),
        },
    ),
)


@given(people, wanted_keys, st.sampled_from(["exact", "at_least"]), st.integers(1, 4))
def test_everybody_is_accounted_for(
    live: list[JsonObject], keys: MemberKeys, mode: Mode, at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "ROWS_AT_ONCE", at_once)
        result = sift(Membership(mode, keys), live)
    assert result.kept + len(result.surplus) == len(live)
    assert result.fingerprint == (
        fingerprint_of(member_of(it).pk for it in live) if mode == "exact" else ""
    )
    named = {(name, key) for customer in live for name, key in keys_of(customer).items()}
    wanted = {(name, key) for name, found in keys.by.items() for key in found}
    missing = {(name, key) for name, found in result.missing.by.items() for key in found}
    assert missing == wanted - named
    strangers = {member_of(it) for it in live if not keys_of(it).items() & wanted}
    assert set(result.surplus) == (strangers if mode == "exact" else set())


Found = dict[tuple[KeyField, str], tuple[Member, ...]]

AYSE_MEMBER, BURAK_MEMBER = Member(1, "ayse@example.com"), Member(2, "burak@example.com")


def test_what_is_looked_at_of_a_customer_are_the_wanted_keys_and_the_address() -> None:
    assert fields_of(MemberKeys({"pk": {"1"}, "erp_code": set()})) == {"erp_code", "email"}


@given(people, wanted_keys)
def test_no_more_of_a_customer_is_looked_at_than_is_said(
    live: list[JsonObject], keys: MemberKeys
) -> None:
    fields = {*fields_of(keys), "pk"}
    few = [{name: it for name, it in one.items() if name in fields} for one in live]
    wanted = Membership("exact", keys)
    assert sift(wanted, few) == sift(wanted, live)


def test_customers_behind_missing_keys_are_added_each_once() -> None:
    missing = MemberKeys({"email": {"ayse@example.com"}, "erp_code": {"C-1"}})
    found: Found = {
        ("email", "ayse@example.com"): (AYSE_MEMBER,),
        ("erp_code", "C-1"): (AYSE_MEMBER,),
    }
    delta = delta_of(Sifted(3, (BURAK_MEMBER,), missing), found)
    assert delta == MemberDelta((AYSE_MEMBER,), (BURAK_MEMBER,), 3)


def test_a_key_that_names_nobody_or_several_is_unknown_and_removes_go_on() -> None:
    missing = MemberKeys({"email": {"gone@example.com"}, "pk": {"7"}})
    found: Found = {("pk", "7"): (AYSE_MEMBER, BURAK_MEMBER)}
    delta = delta_of(Sifted(0, (BURAK_MEMBER,), missing), found)
    assert delta.unknown == (UnknownKey("email", "gone@example.com"), UnknownKey("pk", "7", True))
    assert (delta.remove, delta.withheld) == ((BURAK_MEMBER,), ())


@pytest.mark.parametrize("field", ["erp_code", "phone_number"])
def test_nobody_is_removed_while_a_key_of_many_spellings_is_unknown(field: KeyField) -> None:
    delta = delta_of(Sifted(2, (BURAK_MEMBER,), MemberKeys({field: {"0555"}})), {})
    assert (delta.remove, delta.withheld) == ((), (BURAK_MEMBER,))
    assert (delta.before, delta.after) == (3, 3)
