"""Whether groups have as many members as they should, looked at once before each sort of move."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from cg_sync.api.look import Crossed, RecordReader, look_at_size
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.kind import C, Kind
from cg_sync.core.plan import AddMembers, RemoveMembers


@dataclass
class _Gate:
    """Lets one thread look whether a group may be written to, and tells the others."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    looked: bool = False
    crossed: Crossed | None = None


class Sizes:
    """What is known of the sizes of groups while members move, by several threads."""

    def __init__(self, sizes: Mapping[Address, int], shop: RecordReader) -> None:
        """`sizes` are those before the first move; a group that is not in it may have any."""
        self._sizes = sizes
        self._shop = shop
        self._lock = threading.Lock()
        self._gates: defaultdict[tuple[Address, type], _Gate] = defaultdict(_Gate)
        self._added: Counter[Address] = Counter()
        self._blurred: set[Address] = set()

    def note_added(self, address: Address, number: int) -> None:
        """So many have joined."""
        with self._lock:
            self._added[address] += number

    def blur(self, address: Address) -> None:
        """Nobody can tell any more how many members this group should have."""
        self._blurred.add(address)

    def check(self, step: AddMembers | RemoveMembers, kind: Kind[C], remote_id: RemoteId) -> None:
        """Make sure of it before the first of these moves. Raises Crossed, or an ApiError."""
        address = step.change.address
        with self._lock:
            gate = self._gates[address, type(step)]
            expected = self._sizes.get(address)
            if expected is not None and isinstance(step, RemoveMembers):
                expected += self._added[address]
        if expected is None or address in self._blurred:
            return
        with gate.lock:
            if not gate.looked:
                try:
                    look_at_size(kind, remote_id, self._shop, expected=expected)
                except Crossed as crossed:
                    gate.crossed = crossed
                gate.looked = True
            if gate.crossed is not None:
                raise gate.crossed
