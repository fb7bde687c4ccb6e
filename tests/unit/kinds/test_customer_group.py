"""What we know of customer groups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.kind import Ids, Spec, WireUnreadable
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds.customer_group import CUSTOMER_GROUP, CustomerGroup
from tests.builders import a_context, a_document
from tests.unit.rules.strategies import json_values

CONTEXT, IDS = a_context(), Ids({})
VIP = CustomerGroup(name="VIP")

groups = st.builds(CustomerGroup, name=st.text(min_size=1))


def live(**payload: JsonValue) -> Spec:
    return CUSTOMER_GROUP.from_wire(payload, IDS, CONTEXT)


def test_a_group_is_its_name() -> None:
    document = a_document({"name": "VIP", "note": "for us", "members": {"customers": []}})
    assert CUSTOMER_GROUP.read(document, CONTEXT) == (VIP, ())
    assert CUSTOMER_GROUP.address_of(VIP) == Address("customer_group", "VIP")


def test_the_shop_takes_the_name_alone() -> None:
    assert CUSTOMER_GROUP.to_wire(VIP, IDS) == {"name": "VIP"}


def test_what_else_the_shop_says_of_a_group_is_passed_over() -> None:
    assert live(pk=1, name="VIP", customer_count=7, colour="red") == VIP


@pytest.mark.parametrize("name", [None, "", 7, ["VIP"], {"tr": "VIP"}, True])
def test_a_record_without_a_name_is_no_group(name: JsonValue) -> None:
    with pytest.raises(WireUnreadable, match="it has no name"):
        live(pk=1, name=name)


def test_a_record_that_says_nothing_is_no_group() -> None:
    with pytest.raises(WireUnreadable, match="it has no name"):
        live()


@given(groups)
def test_a_group_survives_the_wire(group: CustomerGroup) -> None:
    assert CUSTOMER_GROUP.from_wire(CUSTOMER_GROUP.to_wire(group, IDS), IDS, CONTEXT) == group


@given(groups)
def test_a_group_survives_being_written(group: CustomerGroup) -> None:
    document = a_document(CUSTOMER_GROUP.to_document(group))
    assert CUSTOMER_GROUP.read(document, CONTEXT) == (group, ())


@given(st.dictionaries(st.sampled_from(["pk", "name", "customer_count"]), json_values))
def test_any_record_is_a_group_that_can_be_shown_or_is_refused(
    payload: dict[str, JsonValue],
) -> None:
    try:
        group = CUSTOMER_GROUP.from_wire(payload, IDS, CONTEXT)
    except WireUnreadable:
        return
    assert group.readable("name") == payload["name"]
