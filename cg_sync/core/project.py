"""The project as cg-sync.yaml has it: its shops, who owns what, what a plan may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict

from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.fence_place import Fence, check_fence
from cg_sync.core.limits import Guards as Guards
from cg_sync.core.limits import Loosened, limit_said
from cg_sync.core.policy import LONGEST_ALLOWANCE, Policy, narrowed, written_policy
from cg_sync.core.spans import span_said
from cg_sync.core.url import url_fault
from cg_sync.errors import Problem, did_you_mean
from cg_sync.jsonvalue import shown

FOLDERS = ("groups", "settings")
"""The folders whose ownership a project speaks of."""

_UNITS_SECONDS = {"s": 1, "m": 60, "h": 3_600}


def _as_rate(written: str) -> Any:
    """`250/5s` is 250 calls in 5 seconds; `s`, `m` or `h` alone is one of them."""
    calls, _, span = written.partition("/")
    return int(calls), int(span[:-1] or 1) * _UNITS_SECONDS[span[-1]]


def _as_mapping(written: Any) -> Any:
    """`all` is short for `{mode: all}`."""
    return {"mode": written} if isinstance(written, str) else written


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Environment(_Part):
    """One shop. `url` ends without a slash, and may hold `${…}` until this shop is chosen.

    `policy` is what it narrows of the project's. `max_rate` is so many calls in so many seconds.
    """

    name: str
    url: Annotated[str, BeforeValidator(lambda written: written.rstrip("/"))]
    channel: int
    confirm: bool = False
    vars: Mapping[str, str] = {}
    paths: Mapping[str, str] = {}
    page_size: int = 1000
    timeout_seconds: float = 30
    max_rate: Annotated[tuple[int, float] | None, BeforeValidator(_as_rate)] = None
    parallel: int = 4
    customer_cache: bool = False
    fence: bool = True
    policy: Policy = Policy()


class Ownership(_Part):
    """What has no file is left alone (`declared`), or deleted unless a pattern keeps its key."""

    mode: Literal["declared", "all"] = "declared"
    keep: tuple[str, ...] = ()


class Privacy(_Part):
    """What personal data the files may hold."""

    emails_in_git: Literal["allow", "forbid"] = "allow"


class Project(_Part):
    """Everything in cg-sync.yaml. `ownership` has every one of FOLDERS.

    `dialect` is as it is written, since only the rule language can tell what it means. No limit of
    `guards` is looser than `policy`.
    """

    timezone: str = "UTC"
    environments: Mapping[str, Environment]
    ownership: Mapping[str, Annotated[Ownership, BeforeValidator(_as_mapping)]]
    guards: Guards = Guards()
    policy: Policy = Policy()
    unknown_customers: Literal["warn", "error"] = "warn"
    privacy: Privacy = Privacy()
    fence: Fence | None = None
    resolution: Literal["priority", "exclusive"] = "priority"
    dialect: Mapping[str, Any] = {}

    def within(self, environment: Environment | None) -> Project:
        """The project as it is where it meets this shop: under the narrower of the two policies."""
        own = environment.policy if environment is not None else Policy()
        policy, _ = narrowed(self.policy, own)
        guards = self.guards.within(policy.guards)
        return self.model_copy(update={"policy": policy, "guards": guards})

    def with_loosened(self, loosened: Mapping[Address, Loosened]) -> Project:
        """The project with what files say about guards for their own resources."""
        guards = self.guards.model_copy(update={"loosened": loosened})
        return self.model_copy(update={"guards": guards})


def make_project(document: Document) -> tuple[Project | None, tuple[Problem, ...]]:
    """The project from a document that obeys its schema, or None and all that a schema cannot see.

    The address of an environment that still holds `${…}` is not looked at.
    """
    content: Any = document.content
    written = {name: value for name, value in content.items() if name != "version"}
    written["ownership"] = {folder: {} for folder in FOLDERS} | written.get("ownership", {})
    written["policy"] = written_policy(written.get("policy", {}), ("policy",))
    written["environments"] = {
        name: _environment(name, shop) for name, shop in written["environments"].items()
    }
    project = Project.model_validate(written)
    problems = (
        *_check_timezone(project, document),
        *_check_urls(project, document),
        *_check_policies(project, document),
        *check_fence(project.fence, document),
    )
    return (None if problems else project), problems


def _environment(name: str, shop: Mapping[str, Any]) -> Environment:
    at = ("environments", name, "policy")
    return Environment.model_validate(
        {"name": name}
        | {key: it for key, it in shop.items() if key != "api"}
        | {"policy": written_policy(shop.get("policy", {}), at)}
        | shop.get("api", {})
    )


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
    for name in project.guards.looser_than(bounds):
        if name in project.guards.model_fields_set:
            limit, bound = project.guards.of(name), bounds.of(name)
            assert bound is not None
            yield document.problem(
                "CG-F30",
                f"guards.{name}: {limit_said(name, limit)} is looser than policy.guards.{name}, "
                f"{limit_said(name, bound)}",
                ("guards", name),
                hint="nothing may be looser than the policy",
            )
