"""Customer groups: a name, and the customers who are in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from cg_sync.core.document import Document
from cg_sync.core.kind import Field, Ids, Kind, Spec, WireUnreadable
from cg_sync.errors import Problem
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds.context import Context


@dataclass(frozen=True, kw_only=True)
class CustomerGroup(Spec):
    """A static group. Its members are compared apart, since there may be a million."""

    name: str


def read(document: Document, _context: Context) -> tuple[Spec | None, tuple[Problem, ...]]:
    """A group from a document that obeys its schema."""
    content = cast(JsonObject, document.content)
    return CustomerGroup(name=cast(str, content["name"])), ()


def to_wire(spec: Spec, _ids: Ids) -> dict[str, JsonValue]:
    """The record as the shop takes it."""
    return {"name": cast(CustomerGroup, spec).name}


def from_wire(payload: JsonObject, _ids: Ids, _context: Context) -> Spec:
    """The group behind a live record; raises WireUnreadable when it has no name."""
    name = payload.get("name")
    if not isinstance(name, str) or not name:
        raise WireUnreadable("it has no name")
    return CustomerGroup(name=name)


def to_document(spec: Spec) -> dict[str, JsonValue]:
    """What an author would write."""
    return {"name": cast(CustomerGroup, spec).name}


CUSTOMER_GROUP: Kind[Context] = Kind(
    name="customer_group",
    label="group",
    folder="groups",
    schema="group",
    collection="customer_groups",
    key="name",
    fields=(Field("name", ("name",), "name"),),
    read=read,
    to_wire=to_wire,
    from_wire=from_wire,
    to_document=to_document,
    has_members=True,
    size="customer_count",
)
