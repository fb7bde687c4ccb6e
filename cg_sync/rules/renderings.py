"""How each operator is rendered for the shop when no project says otherwise: the built-in rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["unverified", "documented", "probed"]


@dataclass(frozen=True, slots=True)
class Row:
    """The slug of the node that is sent, the fields it has of its own, and how sure both are.

    `documented`: by the shop's makers; `probed`: tried out in a shop, when and where `note` says.
    """

    slug: str
    form: str
    state: State = "unverified"
    note: str = ""


GROUPS_TYPE: Final = "static_groups"
"""Stands in keys of rows for the type of the attribute of static groups."""

NODES: Mapping[str, Row] = {
    "match: everyone": Row("any-rule", "nothing", "documented"),
    "all": Row("and-rule", "`children`", "documented"),
    "any": Row("or-rule", "`children`", "documented"),
    "none": Row("not-rule", "`child`", "documented"),
}
"""What holds lines together; documented for other rules of the shop."""

_INVERTED = "`exclude` is true"
_Rows = Mapping[str, Row]


def _rows(slug: str, forms: Mapping[str, str]) -> _Rows:
    return {word: Row(slug, form) for word, form in forms.items()}


_COMPARED = _rows(
    "user-attribute-rule",
    {
        "eq": "`values` has one value",
        "neq": f"`values` has one value, {_INVERTED}",
        "in": "`values` has them all",
        "not_in": f"`values` has them all, {_INVERTED}",
    },
)
_PARTS = {
    "starts_with": "`match: starts`, `values`",
    "ends_with": "`match: ends`, `values`",
    "contains": "`match: contains`, `values`",
}
_DOMAINS = {
    "domain_is": "`domains`, `subdomains` is false",
    "domain_under": "`domains`, `subdomains` is true",
}


def _numbers(*, gt: str, lt: str) -> _Rows:
    bounds = {"gt": gt, "gte": "`gte`", "lt": lt, "lte": "`lte`", "between": "`gte` and `lte`"}
    return _rows("user-number-rule", {"eq": "`gte` and `lte` are the same", **bounds})


_WHEN = {
    "on": "`gte` its start, `lt` its end",
    "before": "`lt` its start",
    "after": "`gte` its end",
    "on_or_after": "`gte` its start",
    "between": "`gte` the start of the first, `lt` the end of the last",
    "within_last": "`within_last` the duration",
    "older_than": "`older_than` the duration",
    "within_next": "`within_next` the duration",
}
_ANNIVERSARY = {"anniversary": "`within_next` in days, or `months`; with the time zone"}


def _dates(unit: str) -> _Rows:
    forms = {word: f"{form}; `unit: {unit}`, with the time zone" for word, form in _WHEN.items()}
    return {**_rows("user-date-rule", forms), **_rows("user-anniversary-rule", _ANNIVERSARY)}


_BY_TYPE: Mapping[str, _Rows] = {
    "boolean": {"eq": _COMPARED["eq"]},
    "enum": _COMPARED,
    "string": {
        **_COMPARED,
        **_rows("user-text-rule", _PARTS),
        **_rows("user-pattern-rule", {"matches": "`pattern`"}),
    },
    "email": _rows("email-domain-rule", _DOMAINS),
    "phone": _rows("phone-country-rule", {"country_code_in": "`country_codes`"}),
    "integer": _numbers(gt="`gte` the next number", lt="`lte` the number before"),
    "decimal": _numbers(gt="`gt`", lt="`lt`"),
    "date": _dates("day"),
    "datetime": _dates("instant"),
}
_PRESENT = _rows(
    "user-presence-rule", {"present": "`exclude` and `missing` are true for `present: false`"}
)
_NEVER_MISSING: Mapping[str, _Rows] = {
    "list": _rows(
        "user-list-rule",
        {
            "has_any": "`any`",
            "has_all": "`all`",
            "has_none": f"`any`, {_INVERTED}",
            "size": "`size` with `gte` and `lte`",
        },
    ),
    GROUPS_TYPE: _rows(
        "customer-group-rule",
        {
            "has_any": "`customer_groups`, by id",
            "has_all": "`customer_groups`, a leaf for each group",
            "has_none": f"`customer_groups`, {_INVERTED}",
        },
    ),
}


def _by_key(tables: Mapping[str, _Rows]) -> _Rows:
    return {f"{name}.{word}": row for name, rows in tables.items() for word, row in rows.items()}


ROWS: Final = _by_key(
    {name: {**rows, **_PRESENT} for name, rows in _BY_TYPE.items()} | {**_NEVER_MISSING}
)
"""The rows of all operators by `TYPE.OPERATOR`."""

LEAVES: Final = tuple(sorted({row.slug for row in ROWS.values()}))
"""Our slugs of all leaves."""
