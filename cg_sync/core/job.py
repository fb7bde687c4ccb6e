"""What one run is to carry out, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.kind import Ids
from cg_sync.core.plan import Plan
from cg_sync.jsonvalue import JsonObject


@dataclass(frozen=True)
class Job:
    """What is to be carried out. `ids` are those of the shop as it is, `ids_then` those in whose
    words the plan was made, where half of it is done; `made` those of what it creates and the shop
    has already; `sizes` how many members each group has whose members move; `exact` what is sent
    as it is, instead of what the Spec would be written as, or beside it.
    """

    plan: Plan
    ids: Ids
    ids_then: Ids
    made: Mapping[Address, RemoteId] = field(default_factory=dict)
    sizes: Mapping[Address, int] = field(default_factory=dict)
    exact: Mapping[Address, JsonObject] = field(default_factory=dict)


@dataclass(frozen=True)
class Manner:
    """How it is carried out: `workers` writes at a time; whether the first failure ends it; whether
    a record is read again right before it is written, asked each time.
    """

    workers: int = 1
    fail_fast: bool = False
    recheck: Callable[[], bool] = lambda: True
