"""A shop, a journal and a clock in memory: what carries plans out needs no more of the world."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cg_sync.api.apply import Result, apply_plan
from cg_sync.api.customer_cache import CustomerCache
from cg_sync.api.live import fetch_live, fetch_member_pks
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Update, diff
from cg_sync.core.job import Job, Manner
from cg_sync.core.journal import Before, Begun, Ended, Header, Recorded, Write
from cg_sync.core.kind import Kind
from cg_sync.core.match import pair_up
from cg_sync.core.members import Member, MemberDelta, fingerprint_of
from cg_sync.core.plan import Plan, Step, Target, make_plan
from cg_sync.core.project import Guards, Ownership
from cg_sync.core.state import Desired, Live
from cg_sync.core.stop import Stop
from cg_sync.errors import ApiError, JournalLost, Rejected
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, Catalogue
from cg_sync.rules.parse import Vocabulary

_ATTRIBUTES = (
    Attribute("city", "string", "attributes.city"),
    Attribute("groups", "list", GROUPS_PATH),
)
CONTEXT = Context(
    ZoneInfo("Europe/Istanbul"), Vocabulary(Catalogue({it.name: it for it in _ATTRIBUTES}), {})
)
GROUPS, SETTINGS = "customer_groups", "customer_group_settings"
LISTS: Mapping[str, Mapping[RemoteId, str]] = {
    "price_lists": {7: "student-tr", 8: "staff"},
    "stock_lists": {9: "online"},
}
WRITES = frozenset({"create", "update", "delete", "add_members", "remove_members"})


@dataclass(frozen=True)
class Fault:
    """What the shop answers instead; `kept` when it does what it was told all the same."""

    error: ApiError | BaseException
    kept: bool = False


@dataclass
class MemoryShop:
    """Keeps records and who is in which group. `says` answers writes in turn, None as it should;
    `calls` are all that came; `normalises` is what it makes of a record before it keeps it.
    `watch` hears of each call before it is answered.
    """

    says: list[Fault | None] = field(default_factory=list)
    normalises: Callable[[dict[str, JsonValue]], dict[str, JsonValue]] = dict
    echoes: bool = True
    watch: Callable[[str, RemoteId | None], None] = lambda _verb, _id: None
    records: dict[str, dict[RemoteId, dict[str, JsonValue]]] = field(
        default_factory=lambda: {
            GROUPS: {},
            SETTINGS: {},
            **{name: {pk: {"code": it} for pk, it in of.items()} for name, of in LISTS.items()},
        }
    )
    members: dict[RemoteId, set[RemoteId]] = field(default_factory=dict)
    calls: list[tuple[str, RemoteId | None]] = field(default_factory=list)
    sent: list[JsonObject] = field(default_factory=list)
    page_size: int = 100
    customer_cache: CustomerCache | None = None
    blind: ApiError | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _last_id: int = 100

    @property
    def writes(self) -> list[str]:
        return [verb for verb, _ in self.calls if verb in WRITES]

    # --- reading

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] | None = None
    ) -> list[JsonObject]:
        with self._lock:
            self._called("list", None)
            return [self._shown(collection, it) for it in self.records[collection]]

    def fetch_each(
        self, collection: str, queries: Sequence[Mapping[str, str]]
    ) -> Iterator[list[JsonObject]]:
        return (self.fetch_complete(collection, it) for it in queries)

    def fetch_all(
        self,
        collection: str,
        query: Mapping[str, str] | None = None,
        *,
        fields: Collection[str] = (),
    ) -> Iterator[JsonObject]:
        yield from self.fetch_complete(collection)

    def fetch_record(self, collection: str, remote_id: RemoteId) -> JsonObject | None:
        with self._lock:
            self._called("record", remote_id)
            known = remote_id in self.records[collection]
            return self._shown(collection, remote_id) if known else None

    def fetch_members(
        self, collection: str, remote_id: RemoteId, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        with self._lock:
            self._called("members", remote_id)
            there = sorted(self.members[remote_id])
        for pk in there:
            row: JsonObject = {"pk": pk, "email": f"c{pk}@example.com"}
            yield {name: it for name, it in row.items() if name in {*(fields or row), "pk"}}

    def count(self, collection: str, query: Mapping[str, str] | None = None) -> int | None:
        return len(self.records[collection])

    def lookups(self, collection: str) -> Mapping[str, frozenset[str]]:
        return {}

    def _called(self, verb: str, remote_id: RemoteId | None) -> None:
        self.calls.append((verb, remote_id))
        self.watch(verb, remote_id)
        if self.blind is not None and verb not in WRITES:
            raise self.blind

    def _shown(self, collection: str, remote_id: RemoteId) -> JsonObject:
        size = {"customer_count": len(self.members[remote_id])} if collection == GROUPS else {}
        return {"pk": remote_id, **size, **self.records[collection][remote_id]}

    # --- writing

    def create(self, collection: str, payload: JsonObject) -> JsonObject:
        with self._write("create", None, payload):
            self._last_id += 1
            self.records[collection][self._last_id] = self.normalises(dict(payload))
            if collection == GROUPS:
                self.members[self._last_id] = set()
            return self._shown(collection, self._last_id)

    def update(self, collection: str, remote_id: RemoteId, payload: JsonObject) -> JsonObject:
        with self._write("update", remote_id, payload):
            record = self.records[collection][remote_id]
            record.update(self.normalises(dict(payload)))
            return self._shown(collection, remote_id) if self.echoes else {}

    def delete(self, collection: str, remote_id: RemoteId) -> None:
        with self._write("delete", remote_id):
            if remote_id not in self.records[collection]:
                raise Rejected("not found", status=404)
            del self.records[collection][remote_id]
            self.members.pop(remote_id, None)

    def add_members(
        self, collection: str, remote_id: RemoteId, customers: Sequence[RemoteId]
    ) -> None:
        with self._write("add_members", remote_id):
            self.members[remote_id] |= set(customers)

    def remove_members(
        self, collection: str, remote_id: RemoteId, customers: Sequence[RemoteId]
    ) -> None:
        with self._write("remove_members", remote_id):
            self.members[remote_id] -= set(customers)

    def _write(
        self, verb: str, remote_id: RemoteId | None, payload: JsonObject | None = None
    ) -> _Write:
        return _Write(self, verb, remote_id, payload)

    # --- setting up

    def group(self, name: str, *pks: RemoteId, **more: JsonValue) -> RemoteId:
        """Put a group there, as if by hand."""
        self._last_id += 1
        self.records[GROUPS][self._last_id] = {"name": name, **more}
        self.members[self._last_id] = set(pks)
        return self._last_id

    def live(self) -> Live:
        return fetch_live(self, KINDS, CONTEXT)

    def who(self, live: Live | None = None) -> dict[Address, Sequence[RemoteId]]:
        """Who is in each group."""
        live = live or self.live()
        return {
            it.address: fetch_member_pks(self, GROUPS, it.remote_id)
            for it in live.held.values()
            if it.address.kind == "customer_group"
        }

    @property
    def state(self) -> dict[str, object]:
        """All there is, without ids: settings in the words of files, groups with their members."""
        live = self.live()
        who = {address: set(pks) for address, pks in self.who(live).items()}
        return {
            f"{address.kind} {address.key}": who.get(address, it.spec)
            for address, it in live.held.items()
        }


class _Write:
    """One write: holds the shop, fails before or after it if it is to."""

    def __init__(
        self, shop: MemoryShop, verb: str, remote_id: RemoteId | None, payload: JsonObject | None
    ) -> None:
        self._shop = shop
        self._fault: Fault | None = None
        self._verb, self._id, self._payload = verb, remote_id, payload

    def __enter__(self) -> None:
        shop = self._shop
        shop._lock.acquire()
        try:
            shop._called(self._verb, self._id)
            if self._payload is not None:
                shop.sent.append(self._payload)
            self._fault = shop.says.pop(0) if shop.says else None
            if self._fault is not None and not self._fault.kept:
                raise self._fault.error
        except BaseException:
            shop._lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        self._shop._lock.release()
        if self._fault is not None:
            raise self._fault.error


@dataclass
class MemoryJournal:
    """Keeps what is noted. From line `full` on, counted from 1, nothing can be written. So many of
    those that ended are `safe`.
    """

    full: int | None = None
    safe: int = 0
    begun: list[Begun] = field(default_factory=list)
    ended: dict[int, Ended] = field(default_factory=dict)
    lines: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(
        self,
        address: Address,
        write: Write,
        *,
        members: tuple[RemoteId, ...] = (),
        before: Before | None = None,
    ) -> int:
        with self._lock:
            self._line()
            number = len(self.begun) + 1
            self.begun.append(Begun(number, address, write, members, before))
            return number

    def end(self, ended: Ended) -> None:
        with self._lock:
            self._line()
            self.ended[ended.number] = ended

    def sync(self) -> None:
        if self.full is not None and self.lines >= self.full:
            raise JournalLost("the journal cannot be written: no space left on device")
        self.safe = len(self.ended)

    def _line(self) -> None:
        self.lines += 1
        if self.full is not None and self.lines >= self.full:
            raise JournalLost("the journal cannot be written: no space left on device")

    @property
    def recorded(self) -> Recorded:
        header = Header("run-1", "2026-11-22T06:15:48+00:00", {})
        return Recorded(header, tuple(self.begun), dict(self.ended), "", 0, "")


@dataclass
class Clock:
    """Seconds that pass only when somebody waits."""

    now: float = 0.0
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def stop(self, seconds: float | None = None) -> Stop:
        return Stop(seconds=seconds, clock=self, nap=self.nap)


ALL_OURS = {"groups": Ownership(mode="all"), "settings": Ownership(mode="all")}


def a_plan(
    desired: Desired, live: Live, members: Mapping[Address, MemberDelta] | None = None
) -> Plan:
    """The plan from `live` to `desired`, where what no file speaks of goes."""
    found = diff(
        pair_up(desired, live), desired, live, kinds=KINDS, ownership=ALL_OURS,
        members=members or {},
    )  # fmt: skip
    return make_plan(
        found, live, target=Target("test", "https://shop.example", 1), kinds=KINDS,
        guards=Guards(), problems=(), calls={},
    )  # fmt: skip


def exactly(wanted: set[RemoteId], now: set[RemoteId]) -> MemberDelta:
    """From those who are in a group to those who shall be, and nobody else."""
    add, remove = sorted(wanted - now), sorted(now - wanted)
    return MemberDelta(
        tuple(Member(pk, "") for pk in add),
        tuple(Member(pk, "") for pk in remove),
        len(now & wanted),
        fingerprint=fingerprint_of(now),
    )


def a_job(plan: Plan, live: Live, **more: object) -> Job:
    sizes = {
        it.address: it.members.before
        for it in plan.changes
        if isinstance(it, Update) and it.members is not None and it.members.fingerprint
    }
    parts: dict[str, object] = {"ids": live.ids, "ids_then": live.ids, "sizes": sizes, **more}
    return Job(plan, **parts)  # type: ignore[arg-type]


@dataclass
class Run:
    """One run of a plan: what came of it, what was told meanwhile, and the journal."""

    result: Result
    journal: MemoryJournal
    told: list[Step]


def carry_out(
    job: Job,
    shop: MemoryShop,
    *,
    journal: MemoryJournal | None = None,
    stop: Stop | None = None,
    manner: Manner | None = None,
    kinds: Sequence[Kind[Context]] = KINDS,
    **more: Callable[[], None],
) -> Run:
    journal, told = journal or MemoryJournal(), list[Step]()
    result = apply_plan(
        job,
        shop,
        journal,
        stop or Clock().stop(),
        kinds=kinds,
        context=CONTEXT,
        manner=manner or Manner(),
        on_done=told.append,
        **more,
    )
    return Run(result, journal, told)
