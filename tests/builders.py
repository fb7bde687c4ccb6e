"""Documents, wanted resources and live records: valid by default, tests say only what matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cg_sync.core.document import Document, Span
from cg_sync.core.kind import Ids
from cg_sync.core.members import Member, MemberKeys, Membership, Mode
from cg_sync.core.state import Desired, Held, Live, Tombstone, Wanted
from cg_sync.jsonvalue import JsonValue, Pointer
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group import CUSTOMER_GROUP, CustomerGroup
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.ir import Leaf, OneOf, Rule
from cg_sync.rules.parse import Vocabulary

IDS = Ids({"price_lists": {"student-tr": 7, "staff": 8}, "stock_lists": {"online": 9}})


def a_document(content: JsonValue, *, file: str = "groups/vip.yaml") -> Document:
    """Every node stands on a line of its own, from 1: keys in column 1, values in column 9."""
    lines = enumerate(_pointers(content, ()), start=0)
    spans = {pointer: Span((line, 1), (line, 9)) for line, pointer in lines if pointer}
    return Document(file, content, lambda: {(): Span((1, 1), (1, 1)), **spans})


def _pointers(value: JsonValue, here: Pointer) -> Iterator[Pointer]:
    yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pointers(inner, (*here, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _pointers(inner, (*here, index))


def a_group(
    name: str = "VIP",
    *,
    members: Sequence[str] | None = None,
    mode: Mode = "exact",
    renamed_from: Sequence[str] = (),
) -> Wanted:
    """A group from `groups/NAME.yaml`; `members` are e-mail addresses."""
    content: dict[str, JsonValue] = {"name": name}
    if renamed_from:
        content["renamed_from"] = list(renamed_from)
    if members is not None:
        content["members"] = {"mode": mode, "customers": list(members)}
    spec = CustomerGroup(name=name)
    document = a_document(content, file=f"groups/{name.lower()}.yaml")
    keys = None if members is None else Membership(mode, MemberKeys({"email": set(members)}))
    return Wanted(CUSTOMER_GROUP.address_of(spec), spec, document, tuple(renamed_from), keys)


def a_setting(slug: str = "spring", *, renamed_from: Sequence[str] = (), **fields: Any) -> Wanted:
    """A setting from `settings/SLUG.yaml`, with priority 10 and for the customers of Bursa."""
    default: dict[str, Any] = {"name": slug.title(), "priority": 10, "rule": a_rule()}
    spec = CustomerGroupSetting(slug=slug, **{**default, **fields})
    content = CUSTOMER_GROUP_SETTING.to_document(spec)
    if renamed_from:
        content["renamed_from"] = list(renamed_from)
    document = a_document(content, file=f"settings/{slug}.yaml")
    address = CUSTOMER_GROUP_SETTING.address_of(spec)
    return Wanted(address, spec, document, tuple(renamed_from))


def a_rule(city: str = "Bursa") -> Rule:
    """Customers of one city."""
    return Rule(Leaf("city", "attributes.city", OneOf((city,))))


def a_tombstone(resource: Wanted) -> Tombstone:
    """The file of `resource` after somebody wrote `state: absent` into it."""
    field = next(kind.key for kind in KINDS if kind.name == resource.address.kind)
    content: JsonValue = {field: resource.address.key, "state": "absent"}
    return Tombstone(resource.address, a_document(content, file=resource.document.file))


def wanting(*resources: Wanted | Tombstone) -> Desired:
    """Files that say all of this."""
    return Desired(
        {it.address: it for it in resources if isinstance(it, Wanted)},
        {it.address: it for it in resources if isinstance(it, Tombstone)},
    )


def a_record(resource: Wanted, *, remote_id: int = 1, size: int | None = None) -> Held:
    """The live record that is just as `resource` wants it."""
    return Held(resource.address, resource.spec, remote_id, size)


def having(*records: Held | Wanted, ids: Ids = IDS) -> Live:
    """A shop that holds these; what is wanted stands for its record, with ids 1, 2, 3 in order."""
    held = [
        it if isinstance(it, Held) else a_record(it, remote_id=number)
        for number, it in enumerate(records, start=1)
    ]
    return Live({it.address: it for it in held}, ids=ids)


def allowing(rule: str, digest: str) -> str:
    """What `--allow` takes: this guard, for the plan with this digest, until tomorrow."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return f"{rule}@{digest}@{tomorrow.isoformat()}"


def customers(*pks: int) -> tuple[Member, ...]:
    """Customers of the shop, by their ids."""
    return tuple(Member(pk, f"c{pk}@example.com") for pk in pks)


def a_context(
    *, timezone: str = "Europe/Istanbul", lists: Mapping[str, tuple[str, ...]] | None = None
) -> Context:
    """A project whose rules know `email`, `is_active` and `city`."""
    attributes = (
        Attribute("email", "email", "email", nullable=False),
        Attribute("is_active", "boolean", "is_active", nullable=False),
        Attribute("city", "string", "attributes.city"),
    )
    catalogue = Catalogue({attribute.name: attribute for attribute in attributes})
    return Context(ZoneInfo(timezone), Vocabulary(catalogue, lists or {}))
