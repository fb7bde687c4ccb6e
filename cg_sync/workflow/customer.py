"""Finds the customer who is asked about: in the shop, in a rule test file, or handed in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from cg_sync.api.customer import fetch_customer, find_pks, is_member
from cg_sync.api.live import remote_id_of
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.members import KEY_FIELDS, KeyField, keys_of, normal_key
from cg_sync.core.privacy import masked
from cg_sync.core.state import Wanted
from cg_sync.errors import Rejected, UsageWrong, did_you_mean
from cg_sync.files.rule_tests import find_rule_tests
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.customer_group import CUSTOMER_GROUP
from cg_sync.rules.catalogue import GROUPS_PATH
from cg_sync.rules.fixtures import record_of
from cg_sync.rules.ir import groups_named
from cg_sync.rules.problem import spoken
from cg_sync.rules.values import items_of
from cg_sync.workflow.check import Checked
from cg_sync.workflow.chosen import chosen_environment
from cg_sync.workflow.contenders import contenders_of
from cg_sync.workflow.testing import read_suites, subject_of


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer to hold settings against: `who` names them and is masked."""

    who: str
    record: JsonObject
    groups: frozenset[str]


_KEY = re.compile(rf"({'|'.join(KEY_FIELDS)}):(.+)", re.DOTALL)


def read_key(text: str) -> tuple[KeyField, str]:
    """The field and the normal form of `ayse@example.com`, `pk:1042`, `erp_code:C-1042`; raises
    UsageWrong for anything else.
    """
    found = _KEY.fullmatch(text.strip())
    name, key = found.groups() if found is not None else ("email", text)
    field = cast(KeyField, name)
    key = normal_key(field, key)
    if (field == "email" and "@" not in key) or (
        field == "pk" and not re.fullmatch("[0-9]{1,18}", key)
    ):
        raise UsageWrong(
            f"{spoken(text)} names no customer",
            hint="write an e-mail address, pk:1042, erp_code:C-1042 or phone_number:+90…, "
            "or a code such as CG-F05",
        )
    return field, key


def fetch_named(checked: Checked, shop: Shop, field: KeyField, key: str) -> Customer:
    """The customer of the shop, in the static groups that the rules ask about: by the files where
    they say who is in a group, else by the shop.

    Raises Rejected when there is no such customer, and UsageWrong when there are several.
    """
    record = _fetch_record(checked, shop, field, key)
    asked = {name for it in contenders_of(checked) for name in groups_named(it.rule)}
    groups = _groups(checked, shop, record, asked) if asked else frozenset()
    return Customer(_name_of(record), record, groups)


def _fetch_record(checked: Checked, shop: Shop, field: KeyField, key: str) -> JsonObject:
    pks = find_pks(shop, field, key)
    if len(pks) > 1:
        raise UsageWrong(
            f"{len(pks)} customers have the {field} {masked(key)}",
            hint=f"name one by its pk: {', '.join(f'pk:{pk}' for pk in sorted(pks)[:10])}",
        )
    record = fetch_customer(shop, pks[0]) if pks else None
    if record is None:
        channel = chosen_environment(checked).channel
        shown = key if field == "pk" else masked(key)
        raise Rejected(
            f"channel {channel} has no customer with the {field} {shown}",
            status=404,
            hint="is it the right environment? `cg-sync list customers --where …` finds customers",
        )
    return record


def _name_of(record: JsonObject) -> str:
    email, pk = record.get("email"), remote_id_of(record)
    return f"{masked(email)} (pk {pk})" if isinstance(email, str) and email else f"pk {pk}"


def _groups(
    checked: Checked, shop: Shop, record: JsonObject, asked: Iterable[str]
) -> frozenset[str]:
    pk = remote_id_of(record)
    files = {name: _by_files(_group(checked, name), record) for name in asked}
    found = {name for name, said in files.items() if said}
    unsaid = sorted(name for name, said in files.items() if said is None)
    collection = CUSTOMER_GROUP.collection
    ids = _group_ids(shop) if unsaid else {}
    for name in unsaid:
        wanted = _group(checked, name)
        names = (name, *(wanted.former if wanted is not None else ()))
        held = next((ids[it] for it in names if it in ids), None)
        if held is not None and is_member(shop, collection, held, pk):
            found.add(name)
    return frozenset(found)


def _group(checked: Checked, name: str) -> Wanted | None:
    return checked.desired.wanted.get(Address(CUSTOMER_GROUP.name, name))


def _by_files(group: Wanted | None, record: JsonObject) -> bool | None:
    """Whether the files make the customer a member; None when the shop decides."""
    if group is None or group.membership is None:
        return None
    wanted = group.membership.keys.by
    if any(key in wanted.get(field, ()) for field, key in keys_of(record).items()):
        return True
    return False if group.membership.mode == "exact" else None


def _group_ids(shop: Shop) -> Mapping[str, RemoteId]:
    records = shop.fetch_complete(CUSTOMER_GROUP.collection)
    return {str(it.get("name")): remote_id_of(it) for it in records}


def given_customer(record: JsonObject, who: str) -> Customer:
    """A customer whose record was handed in; the static groups stand there at `@static_groups`."""
    groups = frozenset(it for it in items_of(record.get(GROUPS_PATH)) if isinstance(it, str))
    return Customer(who, record, groups)


def fixture_customer(
    checked: Checked, name: str, paths: Sequence[Path]
) -> tuple[Customer, datetime | None]:
    """The customer `name` of the rule test files at those paths, and the time of that file.

    Raises FilesError when a file is wrong; UsageWrong when none has the name, or several.
    """
    files = find_rule_tests(checked.root, paths)
    suites = read_suites(checked, subject_of(checked), files)
    found = [it for it in suites if name in it.suite.customers]
    if not found:
        known = {it for read in suites for it in read.suite.customers}
        hint = did_you_mean(name, known) or "they stand under `customers:` in rule-tests/*.yaml"
        raise UsageWrong(f"no rule test file has a customer {name}", hint=hint)
    if len(found) > 1:
        where = ", ".join(it.document.file for it in found)
        raise UsageWrong(f"several files have a customer {name}: {where}", hint="choose by --file")
    (read,) = found
    invented = record_of(read.suite.customers[name], checked.context.vocabulary.catalogue)
    customer = Customer(f"{name} of {read.document.file}", invented.customer, invented.groups)
    return customer, read.suite.now
