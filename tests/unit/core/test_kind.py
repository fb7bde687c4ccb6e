"""The contract of a kind: codes and ids of looked-up records, and addresses."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, replace
from typing import cast

import pytest

from cg_sync.core.address import Address
from cg_sync.core.kind import Field, Ids, Kind, Spec
from cg_sync.jsonvalue import JsonObject, JsonValue
from tests.builders import a_document

IDS = Ids({"price_lists": {"student-tr": 7, "staff": 8}})


@dataclass(frozen=True, kw_only=True)
class Tier(Spec):
    """A price tier, which has nothing but a level."""

    level: int


def to_wire(spec: Spec, _ids: Ids) -> dict[str, JsonValue]:
    return {"level": spec.readable("level")}


def from_wire(payload: JsonObject, _ids: Ids, _context: None) -> Spec:
    return Tier(level=cast(int, payload["level"]))


TIER: Kind[None] = Kind(
    name="tier",
    label="tier",
    folder="tiers",
    schema="tier",
    collection="tiers",
    key="level",
    fields=(Field("level", ("level",), "level"),),
    read=lambda _document, _context: (None, ()),
    to_wire=to_wire,
    from_wire=from_wire,
    to_document=lambda spec: {"level": spec.readable("level")},
)


def test_a_code_has_an_id_and_the_id_its_code() -> None:
    assert IDS.of("price_lists", "staff") == 8
    assert IDS.code_of("price_lists", 8) == "staff"


def test_no_code_is_no_id_both_ways() -> None:
    assert IDS.of("price_lists", None) is None
    assert IDS.code_of("price_lists", None) is None


def test_a_code_that_the_shop_lacks_has_no_id() -> None:
    with pytest.raises(KeyError, match="spring"):
        IDS.of("price_lists", "spring")


def test_a_record_without_a_code_is_told_by_its_id() -> None:
    assert IDS.code_of("price_lists", 99) == "#99"
    assert IDS.code_of("stock_lists", 7) == "#7"


def test_the_key_of_an_address_is_a_text_whatever_the_field_is() -> None:
    assert TIER.address_of(Tier(level=3)) == Address("tier", "3")


def test_a_spec_can_neither_change_nor_hold_what_it_does_not_know() -> None:
    with pytest.raises(FrozenInstanceError):
        Tier(level=1).level = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match="colour"):
        Tier(level=1, colour="red")  # type: ignore[call-arg]


def test_a_kind_that_says_no_more_refers_to_nothing_and_finds_nothing_wrong() -> None:
    assert list(TIER.references(Tier(level=1))) == []
    assert list(TIER.check_together([])) == []
    assert list(TIER.check_beside([], [])) == []
    assert TIER.check_parsed(a_document({"level": 1}), None) == ()


def test_an_id_without_a_code_is_written_as_it_was_read() -> None:
    """A record that names what is gone can be sent again as it is."""
    assert IDS.of("price_lists", "#99") == 99
    assert IDS.of("price_lists", None) is None
    assert replace(IDS, codes={"price_lists": {"#99": 7}}).of("price_lists", "#99") == 7
    for code in ("gone", "#", "#x9"):
        with pytest.raises(KeyError):
            IDS.of("price_lists", code)


def test_what_is_gone_is_read_by_the_code_it_had_and_never_written() -> None:
    ids = IDS.remembering("price_lists", {3: "student-tr", 4: "old"}).remembering("x", {5: "y"})
    assert (ids.code_of("price_lists", 3), ids.code_of("price_lists", 4)) == ("student-tr", "old")
    assert ids.code_of("price_lists", 7) == "student-tr"
    assert ids.of("price_lists", "student-tr") == 7
    assert ids.names("x") == {5: "y"}
    with pytest.raises(KeyError):
        ids.of("price_lists", "old")


def test_an_id_that_is_there_has_the_code_that_it_has_now() -> None:
    assert IDS.remembering("price_lists", {7: "former"}).code_of("price_lists", 7) == "student-tr"


@pytest.mark.parametrize(
    ("code", "known"), [("staff", True), ("#99", True), ("gone", False), ("#x", False)]
)
def test_what_can_be_written_is_known(code: str, known: bool) -> None:
    assert IDS.has("price_lists", code) is known
