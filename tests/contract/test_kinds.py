"""What every row of KINDS must keep to, and that one more row costs the engine nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import pytest

from cg_sync.core.address import Address
from cg_sync.core.diff import Create, Delete, FieldChange, Update, diff
from cg_sync.core.document import Document
from cg_sync.core.kind import Field, Ids, Kind, Spec
from cg_sync.core.match import check_against_shop, pair_up
from cg_sync.core.plan import (
    CreateRecord,
    DeleteRecord,
    Target,
    UpdateRecord,
    make_plan,
)
from cg_sync.core.project import Guards, make_project
from cg_sync.core.schema import Law
from cg_sync.core.state import Held, Live, Tombstone, Wanted, make_desired
from cg_sync.errors import Position, Problem
from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer, canonical
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group import CustomerGroup
from cg_sync.workflow.check import Checked, check_files
from tests.builders import a_document, a_setting

ROOT = Path(__file__).parents[2]
SCHEMAS = read_schemas()

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def examples() -> Checked:
    """The project in this repository, which shows every kind at work."""
    return check_files(ROOT, environment="sandbox", environ={})


def specs_of(kind: Kind[Context], checked: Checked) -> list[Spec]:
    wanted = checked.desired.wanted.values()
    return [it.spec for it in wanted if it.address.kind == kind.name]


@each_kind
def test_the_fields_of_a_kind_are_those_of_its_spec(kind: Kind[Context], examples: Checked) -> None:
    for spec in specs_of(kind, examples):
        assert [field.name for field in kind.fields] == [it.name for it in fields(spec)]


@each_kind
def test_each_field_has_one_place_in_a_file_and_one_name_in_the_shop(kind: Kind[Context]) -> None:
    assert len({field.pointer for field in kind.fields}) == len(kind.fields)
    assert len({field.wire for field in kind.fields}) == len(kind.fields)


@each_kind
def test_the_key_is_a_field_that_files_have_at_the_top(kind: Kind[Context]) -> None:
    assert [it.pointer for it in kind.fields if it.name == kind.key] == [(kind.key,)]


@each_kind
def test_the_schema_knows_every_field_and_what_all_kinds_have(kind: Kind[Context]) -> None:
    schema = SCHEMAS[kind.schema]
    names = ("renamed_from", "not_a_rename", "state", "guards", "note")
    common: list[Pointer] = [(it,) for it in names]
    members: list[Pointer] = [("members",)] if kind.has_members else []
    for pointer in [*(field.pointer for field in kind.fields), *common, *members, *kind.parsed]:
        assert is_known(pointer, schema), f"{kind.schema}.schema.json lacks {pointer}"


def is_known(pointer: Pointer, schema: JsonObject) -> bool:
    here: Any = schema
    for step in pointer:
        here = here.get("properties", {}).get(step)
        if here is None:
            return False
    return True


def test_a_field_without_a_place_in_the_schema_is_found() -> None:
    assert not is_known(("display", "colour"), SCHEMAS["setting"])
    assert not is_known(("name", "first"), SCHEMAS["setting"])


@each_kind
def test_every_example_in_the_folder_of_a_kind_is_read(
    kind: Kind[Context], examples: Checked
) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / kind.folder).iterdir()}
    said: list[Wanted | Tombstone] = [*examples.desired.wanted.values()]
    said += examples.desired.absent.values()
    read = {it.document.file for it in said if it.address.kind == kind.name}
    assert read == files
    assert files != set()


def test_nothing_is_wrong_with_the_examples(examples: Checked) -> None:
    assert examples.problems == ()


def ids_for(kind: Kind[Context], specs: list[Spec]) -> Ids:
    """A shop that has everything these refer to."""
    codes: dict[str, dict[str, int]] = defaultdict(dict)
    for reference in (reference for spec in specs for reference in kind.references(spec)):
        codes[reference.collection].setdefault(reference.code, len(codes[reference.collection]))
    return Ids(codes)


@each_kind
def test_an_example_survives_the_wire(kind: Kind[Context], examples: Checked) -> None:
    specs = specs_of(kind, examples)
    ids = ids_for(kind, specs)
    sent = [kind.to_wire(spec, ids) for spec in specs]
    assert [kind.from_wire(payload, ids, examples.context) for payload in sent] == specs
    for payload in sent:
        assert list(payload) == [field.wire for field in kind.fields]


@each_kind
def test_an_example_survives_being_written(kind: Kind[Context], examples: Checked) -> None:
    law = Law(SCHEMAS)
    for spec in specs_of(kind, examples):
        file = f"{kind.folder}/{kind.address_of(spec).key}.yaml"
        document = a_document(kind.to_document(spec), file=file)
        assert law.check(kind.schema, document) == ()
        assert kind.read(document, examples.context) == (spec, ())


@each_kind
def test_references_lead_to_collections_that_are_looked_up(
    kind: Kind[Context], examples: Checked
) -> None:
    for spec in specs_of(kind, examples):
        for reference in kind.references(spec):
            above = {it.collection for it in KINDS[: KINDS.index(kind)]}
            assert reference.collection in {*kind.looks_up, *above}
            assert reference.pointer in [field.pointer for field in kind.fields]


@each_kind
def test_no_two_examples_claim_what_only_one_can_have(
    kind: Kind[Context], examples: Checked
) -> None:
    claimed = [canonical(it) for spec in specs_of(kind, examples) for it in kind.claims(spec)]
    assert sorted(set(claimed)) == sorted(claimed)


def test_a_kind_claims_nothing_unless_it_says_so() -> None:
    claims = {kind.name: kind.claims for kind in KINDS}
    assert claims["customer_group"](CustomerGroup(name="VIP")) == ()
    on, off = (a_setting("spring", priority=7, active=it).spec for it in (True, False))
    unordered = a_setting("spring", priority=None).spec
    claim = claims["customer_group_setting"]
    assert (claim(on), claim(off), claim(unordered)) == ((7,), (), ())


@pytest.mark.parametrize("name", ["name", "label", "folder", "schema", "collection"])
def test_no_two_kinds_share_a_name(name: str) -> None:
    names = [getattr(kind, name) for kind in KINDS]
    assert sorted(set(names)) == sorted(names)


# --- one kind more


@dataclass(frozen=True, kw_only=True)
class PriceTier(Spec):
    """From how many items on a price holds."""

    code: str
    from_items: int = 1


TIER_FIELDS = [it.name for it in fields(PriceTier)]


def read_tier(document: Document, _context: None) -> tuple[Spec | None, tuple[Problem, ...]]:
    content: Any = document.content
    return PriceTier(**{it: content[it] for it in TIER_FIELDS if it in content}), ()


def tier_to_wire(spec: Spec, _ids: Ids) -> dict[str, JsonValue]:
    return {"code": spec.readable("code"), "min_quantity": spec.readable("from_items")}


def tier_from_wire(payload: JsonObject, _ids: Ids, _context: None) -> Spec:
    code, least = cast(str, payload["code"]), cast(int, payload["min_quantity"])
    return PriceTier(code=code, from_items=least)


PRICE_TIER: Kind[None] = Kind(
    name="price_tier",
    label="tier",
    folder="tiers",
    schema="tier",
    collection="price_tiers",
    key="code",
    fields=(Field("code", ("code",), "code"), Field("from_items", ("from_items",), "min_quantity")),
    read=read_tier,
    to_wire=tier_to_wire,
    from_wire=tier_from_wire,
    to_document=lambda spec: {name: spec.readable(name) for name in TIER_FIELDS},
)
TIER_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "from_items": {"type": "integer", "minimum": 1},
        "renamed_from": {"type": "array"},
        "state": {"enum": ["present", "absent"]},
    },
    "additionalProperties": False,
    "required": ["code"],
}


def tiers(*contents: JsonValue) -> list[Document]:
    return [a_document(it, file=f"tiers/{number}.yaml") for number, it in enumerate(contents, 1)]


def tier(code: str, remote_id: int, from_items: int) -> Held:
    payload: JsonObject = {"code": code, "min_quantity": from_items}
    spec = PRICE_TIER.from_wire(payload, Ids({}), None)
    return Held(PRICE_TIER.address_of(spec), spec, remote_id)


def test_a_kind_that_the_engine_never_heard_of_goes_all_the_way() -> None:
    documents = tiers(
        {"code": "small"},
        {"code": "large", "from_items": 500, "renamed_from": ["big"]},
        {"code": "odd", "state": "absent"},
        {"code": "same", "from_items": 7},
    )
    desired, problems = make_desired(
        {"price_tier": documents},
        kinds=[PRICE_TIER],
        law=Law({"tier": TIER_SCHEMA}),
        context=None,
        listed={},
    )
    assert problems == ()
    held = [tier("big", 1, 100), tier("odd", 2, 3), tier("same", 3, 7), tier("other", 4, 9)]
    live = Live({it.address: it for it in held})
    pairs = pair_up(desired, live)
    assert list(check_against_shop(desired, pairs, live, [PRICE_TIER])) == []
    shop: JsonObject = {"url": "https://shop.example", "channel": 1}
    project, _ = make_project(a_document({"version": 1, "environments": {"test": shop}}))
    assert project is not None
    found = diff(pairs, desired, live, kinds=[PRICE_TIER], ownership=project.ownership, members={})
    plan = make_plan(
        found,
        live,
        target=Target("test", "https://shop.example", 1),
        kinds=[PRICE_TIER],
        guards=Guards(min_existing=5),
        problems=(),
        calls={},
    )
    small, large, odd = (Address("price_tier", code) for code in ("small", "large", "odd"))
    create = Create(
        small,
        PriceTier(code="small"),
        (
            FieldChange("code", None, "small", Position("tiers/1.yaml", 1, 9)),
            FieldChange("from_items", None, 1, Position("tiers/1.yaml", 1, 1)),
        ),
        Position("tiers/1.yaml", 1, 1),
    )
    update = Update(
        large,
        1,
        PriceTier(code="big", from_items=100),
        PriceTier(code="large", from_items=500),
        (
            FieldChange("code", "big", "large", Position("tiers/2.yaml", 1, 9)),
            FieldChange("from_items", 100, 500, Position("tiers/2.yaml", 2, 9)),
        ),
        Position("tiers/2.yaml", 1, 1),
        former="big",
    )
    delete = Delete(
        odd,
        2,
        PriceTier(code="odd", from_items=3),
        (FieldChange("code", "odd", None), FieldChange("from_items", 3, None)),
        Position("tiers/3.yaml", 2, 1),
    )
    assert plan.changes == (update, delete, create)
    assert plan.steps == (CreateRecord(create), UpdateRecord(update), DeleteRecord(delete))
    assert (plan.unmanaged, plan.unchanged) == ((Address("price_tier", "other"),), 1)
    assert plan.tripped == ()


def test_a_broken_file_of_a_new_kind_is_told_by_its_schema() -> None:
    desired, problems = make_desired(
        {"price_tier": tiers({"code": "small", "from_items": 0})},
        kinds=[PRICE_TIER],
        law=Law({"tier": TIER_SCHEMA}),
        context=None,
        listed={},
    )
    assert desired.wanted == {}
    assert [(it.code, it.message) for it in problems] == [
        ("CG-F06", "from_items: 0 is less than the minimum of 1")
    ]
