"""That a record just as it would be sent is known for that, and nothing else is taken for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cg_sync.core.as_sent import is_as_sent, spec_in
from cg_sync.core.kind import Ids, Spec, WireUnreadable
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group import CUSTOMER_GROUP, CustomerGroup
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.ir import RawRule, Rule
from cg_sync.rules.parse import Vocabulary
from tests.builders import IDS, a_rule
from tests.unit.rules.strategies import GROUP_IDS, ZONE, catalogue, rules

KIND = CUSTOMER_GROUP_SETTING
CONTEXT = Context(ZoneInfo(ZONE), Vocabulary(catalogue(), {}))
ALL_IDS = Ids({**IDS.codes, "customer_groups": GROUP_IDS})
SPRING = CustomerGroupSetting(
    name="Spring", slug="spring", priority=1, rule=a_rule(), price_list="staff"
)


def sent(spec: Spec = SPRING) -> Any:
    """The record as the shop shows it once it was sent."""
    return {"pk": 3, **json.loads(json.dumps(KIND.to_wire(spec, ALL_IDS))), "created_by": "panel"}


def test_a_record_that_is_just_as_sent_is_so_in_any_order_and_beside_what_is_not_ours() -> None:
    backwards = dict(reversed(sent().items()))
    backwards["config"] = dict(reversed(backwards["config"].items()))
    assert is_as_sent(SPRING, backwards, KIND, ALL_IDS)
    group: JsonObject = {"id": 7, "name": "VIP", "customer_count": 3}
    assert is_as_sent(CustomerGroup(name="VIP"), group, CUSTOMER_GROUP, ALL_IDS)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"name": "Autumn"},
        {"priority": True},
        {"priority": 1.0},
        {"is_active": 1},
        {"price_list": None},
        {"config": None},
        {"config": {**sent()["config"], "exclude": 0}},
        {"config": {**sent()["config"], "name": "City"}},
        {"config": {**sent()["config"], "values": ["Bursa", "Bursa"]}},
    ],
)
def test_a_record_with_anything_else_in_it_is_not(otherwise: dict[str, JsonValue]) -> None:
    assert not is_as_sent(SPRING, {**sent(), **otherwise}, KIND, ALL_IDS)


def test_a_record_that_lacks_a_field_is_not() -> None:
    record = sent()
    del record["start_date"]
    assert not is_as_sent(SPRING, record, KIND, ALL_IDS)


def test_no_record_is_what_refers_to_something_the_shop_lacks() -> None:
    assert not is_as_sent(SPRING, sent(), KIND, Ids({}))


@pytest.mark.parametrize("number", [0.0, 2.5])
def test_a_number_with_a_point_is_left_to_be_read(number: float) -> None:
    setting = replace(SPRING, rule=RawRule(json.dumps({"odd": [1, [number]]})))
    assert not is_as_sent(setting, sent(setting), KIND, ALL_IDS)
    whole = replace(SPRING, rule=RawRule('{"odd":[1,[2]]}'))
    assert is_as_sent(whole, sent(whole), KIND, ALL_IDS)


def test_a_record_reads_as_what_was_likely_only_if_it_is_just_that() -> None:
    assert spec_in(sent(), SPRING, KIND, ALL_IDS, CONTEXT) is SPRING
    otherwise = {**sent(), "priority": 7}
    assert spec_in(otherwise, SPRING, KIND, ALL_IDS, CONTEXT) == replace(SPRING, priority=7)
    with pytest.raises(WireUnreadable):
        spec_in({**sent(), "priority": "high"}, SPRING, KIND, ALL_IDS, CONTEXT)


def _parts(value: Any) -> Iterator[Any]:
    """Every object and list in a value."""
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _parts(inner)


ODD = (False, True, 0, 1, 0.0, 1.0, 7, None, "x")
"""What may stand anywhere instead; some are equal to Python."""


@given(st.data(), rules(catalogue()))
def test_what_is_as_sent_reads_as_what_was_sent(data: st.DataObject, rule: Rule) -> None:
    setting = replace(SPRING, rule=rule)
    record = sent(setting)
    assert is_as_sent(setting, record, KIND, ALL_IDS)
    assert KIND.from_wire(record, ALL_IDS, CONTEXT) == setting

    part = data.draw(st.sampled_from([*_parts(record)]))
    assume(part)
    places = list(part) if isinstance(part, dict) else list(range(len(part)))
    place = data.draw(st.sampled_from(places))
    part[place] = data.draw(st.sampled_from(ODD))
    try:
        read = KIND.from_wire(record, ALL_IDS, CONTEXT)
    except WireUnreadable:
        read = None
    assert read == setting or not is_as_sent(setting, record, KIND, ALL_IDS)
