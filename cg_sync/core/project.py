"""The project as cg-sync.yaml has it: its shops, who owns what, what a plan may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, available_timezones

from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.fence_place import Fence, check_fence, read_fence
from cg_sync.core.limits import Guards as Guards
from cg_sync.core.limits import Loosened, limit_said, read_limits
from cg_sync.core.policy import LONGEST_ALLOWANCE, Policy, narrowed, written_policy
from cg_sync.core.spans import span_said
from cg_sync.core.url import url_fault
from cg_sync.errors import Problem, did_you_mean
from cg_sync.jsonvalue import shown

FOLDERS = ("groups", "settings")
"""The folders whose ownership a project speaks of."""

_UNITS_SECONDS = {"s": 1, "m": 60, "h": 3_600}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One shop. `url` ends without a slash, and may hold `${…}` until this shop is chosen.

    `policy` is what it narrows of the project's. `max_rate` is so many calls in so many seconds.
    """

    name: str
    url: str
    channel: int
    confirm: bool = False
    vars: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    page_size: int = 1000
    timeout_seconds: float = 30
    max_rate: tuple[int, float] | None = None
    parallel: int = 4
    customer_cache: bool = False
    fence: bool = True
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, kw_only=True)
class Ownership:
    """What has no file is left alone (`declared`), or deleted unless a pattern keeps its key."""

    mode: Literal["declared", "all"] = "declared"
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """What personal data the files may hold."""

    emails_in_git: Literal["allow", "forbid"] = "allow"


@dataclass(frozen=True, kw_only=True)
class Project:
    """Everything in cg-sync.yaml. `ownership` has every one of FOLDERS.

    `dialect` is as it is written, since only the rule language can tell what it means. No limit of
    `guards` is looser than `policy`.
    """

    timezone: str = "UTC"
    environments: Mapping[str, Environment]
    ownership: Mapping[str, Ownership]
    guards: Guards = field(default_factory=Guards)
    policy: Policy = field(default_factory=Policy)
    unknown_customers: Literal["warn", "error"] = "warn"
    privacy: Privacy = field(default_factory=Privacy)
    fence: Fence | None = None
    resolution: Literal["priority", "exclusive"] = "priority"
    dialect: Mapping[str, Any] = field(default_factory=dict)

    def within(self, environment: Environment | None) -> Project:
        """The project as it is where it meets this shop: under the narrower of the two policies."""
        own = environment.policy if environment is not None else Policy()
        policy, _ = narrowed(self.policy, own)
        guards = self.guards.within(policy.guards)
        return replace(self, policy=policy, guards=guards)

    def with_loosened(self, loosened: Mapping[Address, Loosened]) -> Project:
        """The project with what files say about guards for their own resources."""
        return replace(self, guards=replace(self.guards, loosened=loosened))


def make_project(document: Document) -> tuple[Project | None, tuple[Problem, ...]]:
    """The project from a document that obeys its schema, or None and all that a schema cannot see.

    The address of an environment that still holds `${…}` is not looked at.
    """
    content: Any = document.content
    read = {name: value for name, value in content.items() if name != "version"}
    read["ownership"] = {it: _ownership(read.get("ownership", {}).get(it, {})) for it in FOLDERS}
    read["policy"] = written_policy(read.get("policy", {}), ("policy",))
    read["guards"] = Guards(**read_limits(read.get("guards", {})))
    read["privacy"] = Privacy(**read.get("privacy", {}))
    read["environments"] = {
        it: _environment(it, shop) for it, shop in content["environments"].items()
    }
    if "fence" in read:
        read["fence"] = read_fence(read["fence"])
    project = Project(**read)
    problems = (
        *_check_timezone(project, document),
        *_check_urls(project, document),
        *_check_policies(project, document),
        *check_fence(project.fence, document),
    )
    return (None if problems else project), problems


def _environment(name: str, shop: Mapping[str, Any]) -> Environment:
    written = {key: it for key, it in shop.items() if key not in ("api", "policy")}
    read = {
        key: _READ.get(key, _as_it_is)(it) for key, it in (written | shop.get("api", {})).items()
    }
    policy = written_policy(shop.get("policy", {}), ("environments", name, "policy"))
    return Environment(**read, name=name, policy=policy)


def _as_it_is(written: Any) -> Any:
    return written


def _rate(written: str) -> tuple[int, float]:
    """`250/5s` is 250 calls in 5 seconds; `s`, `m` or `h` alone is one of them."""
    calls, _, span = written.partition("/")
    return int(calls), float(int(span[:-1] or 1) * _UNITS_SECONDS[span[-1]])


_READ: Mapping[str, Callable[[Any], Any]] = {
    "url": lambda written: written.rstrip("/"),
    # To the schema 5.0 is a whole number too.
    "channel": int,
    "page_size": int,
    "parallel": int,
    "timeout_seconds": float,
    "max_rate": _rate,
}
"""What an environment does not hold as it is written."""


def _ownership(written: Any) -> Ownership:
    """`all` is short for `{mode: all}`."""
    if isinstance(written, str):
        return Ownership(mode="all" if written == "all" else "declared")
    return Ownership(mode=written.get("mode", "declared"), keep=tuple(written.get("keep", ())))


def _check_timezone(project: Project, document: Document) -> Iterator[Problem]:
    try:
        ZoneInfo(project.timezone)
    except (KeyError, ValueError, OSError):  # OSError: `Europe` is a folder of time zones
        hint = did_you_mean(project.timezone, available_timezones())
        yield document.problem(
            "CG-F06",
            "timezone: no such time zone",
            ("timezone",),
            hint=hint or "write an IANA name such as Europe/Istanbul",
        )


def _check_urls(project: Project, document: Document) -> Iterator[Problem]:
    for name, environment in project.environments.items():
        wrong = "" if "${" in environment.url else url_fault(environment.url)
        if wrong:
            yield document.problem(
                "CG-F06",
                f"environments.{name}.url: {wrong}",
                ("environments", name, "url"),
                hint="write the address alone, such as https://omnitron.example.com",
            )


def _check_policies(project: Project, document: Document) -> Iterator[Problem]:
    """What is written looser than what stands above it, which nothing may be."""
    for environment in project.environments.values():
        for it in narrowed(project.policy, environment.policy)[1]:
            yield document.problem(
                "CG-F30",
                f"{shown(it.where)}: {it.wish} is looser than policy.{it.name}, {it.bound}",
                it.where,
                hint="an environment can only be stricter",
            )
    if project.policy.allow_until > LONGEST_ALLOWANCE:
        said, most = span_said(project.policy.allow_until), span_said(LONGEST_ALLOWANCE)
        message = f"policy.allow_until: {said} is more than the maximum of {most}"
        yield document.problem("CG-F06", message, ("policy", "allow_until"))
    bounds = project.policy.guards
    written = cast(Mapping[str, Any], document.content).get("guards", {})
    for name in project.guards.looser_than(bounds):
        if name in written:
            limit, bound = project.guards.of(name), bounds.of(name)
            assert bound is not None
            yield document.problem(
                "CG-F30",
                f"guards.{name}: {limit_said(name, limit)} is looser than policy.guards.{name}, "
                f"{limit_said(name, bound)}",
                ("guards", name),
                hint="nothing may be looser than the policy",
            )
