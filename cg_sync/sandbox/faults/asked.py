"""A request as the rules of a fault script see it. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from cg_sync.sandbox.faults.script import (
    DiskFull,
    DuplicateEmails,
    Fault,
    Normalise,
    ReadOnly,
    Rule,
    ShiftingPages,
    StaleReads,
    TokenExpiry,
)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REMOTE = r"/api/v1/remote/(?P<channel>\d+)"
_NO_GROUP = "(?P<group>)"
_PATTERNS = {
    "members": rf"{_REMOTE}/customer_groups/(?P<group>\d+)/customers/",
    "customer_groups": rf"{_REMOTE}/customer_groups/{_NO_GROUP}",
    "customer_group_settings": rf"{_REMOTE}/customer_group_settings/{_NO_GROUP}",
    "customers": rf"/api/v1/channel/(?P<channel>\d+)/customers/{_NO_GROUP}",
    **{
        name: rf"/api/v1/{name}/(?P<channel>){_NO_GROUP}"
        for name in ("auth", "active_user", "channels", "catalogs", "price_list", "stock_list")
    },
}
# The first that fits is the collection of a request.
_ADDRESSES = [(name, re.compile(pattern)) for name, pattern in _PATTERNS.items()]
COLLECTIONS = tuple(_PATTERNS)


@dataclass(frozen=True)
class Asked:
    """One request below /api/."""

    method: str
    path: str  # with its query
    collection: str | None
    channel: int | None
    group: int | None  # whose members are meant
    page: int | None  # of a listing; None for anything else
    with_token: bool

    @property
    def is_write(self) -> bool:
        """Whether it would change the shop; logging in and out does not."""
        return self.method not in SAFE_METHODS and self.collection != "auth"


def make_asked(method: str, path: str, *, with_token: bool) -> Asked:
    """The request in the terms of a script; the path is as it was sent, with its query."""
    address, query = urlsplit(path)[2:4]
    for name, pattern in _ADDRESSES:
        if found := pattern.match(address):
            channel, group = (int(it) if it else None for it in found.group("channel", "group"))
            is_listing = method == "GET" and found.end() == len(address) and channel is not None
            page = _page(query) if is_listing else None
            return Asked(method, path, name, channel, group, page, with_token)
    return Asked(method, path, None, None, None, None, with_token)


def concerns(rule: Rule, asked: Asked) -> bool:
    """Whether the request is one of those that the rule counts."""
    when = rule.when
    return (
        (when.methods is None or asked.method in when.methods)
        and (when.collection is None or asked.collection == when.collection)
        and (when.path is None or when.path.search(asked.path) is not None)
        and _can_hit(rule.fault, asked)
    )


def _can_hit(fault: Fault, asked: Asked) -> bool:
    """Whether the fault means anything for such a request."""
    match fault:
        case ReadOnly() | DiskFull() | StaleReads():
            return asked.is_write
        case Normalise():
            return asked.is_write and asked.collection in _NORMALISED
        case ShiftingPages(page=page):
            return asked.page == page
        case DuplicateEmails():
            return asked.page is not None and asked.collection in ("customers", "members")
        case TokenExpiry():
            return asked.with_token
        case _:
            return True


_NORMALISED = ("customer_groups", "customer_group_settings")


def _page(query: str) -> int | None:
    number = parse_qs(query).get("page", ["1"])[-1]
    return int(number) if number.isascii() and number.isdecimal() else None
