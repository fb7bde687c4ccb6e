"""The project as cg-sync.yaml has it: its shops, who owns what, how much a plan may take away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from cg_sync.core.document import Document
from cg_sync.core.url import url_fault
from cg_sync.errors import Problem, did_you_mean

FOLDERS = ("groups", "settings")
"""The folders whose ownership a project speaks of."""


def _as_share(written: Any) -> Any:
    """`30%` and 0.3 are the same share."""
    return float(written.rstrip("% ")) / 100 if isinstance(written, str) else written


def _as_mapping(written: Any) -> Any:
    """`all` is short for `{mode: all}`."""
    return {"mode": written} if isinstance(written, str) else written


Share = Annotated[float, BeforeValidator(_as_share), Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Environment(_Part):
    """One shop. `url` ends without a slash, and may hold `${…}` until this shop is chosen."""

    name: str
    url: Annotated[str, BeforeValidator(lambda written: written.rstrip("/"))]
    channel: int
    confirm: bool = False
    vars: Mapping[str, str] = {}
    paths: Mapping[str, str] = {}
    page_size: int = 1000
    timeout_seconds: float = 30


class Ownership(_Part):
    """What has no file is left alone (`declared`), or deleted unless a pattern keeps its key."""

    mode: Literal["declared", "all"] = "declared"
    keep: tuple[str, ...] = ()


class Guards(_Part):
    """The most one plan may take away, as shares of 1; below `min_existing` nothing counts."""

    max_delete_share: Share = 0.3
    max_member_removal_share: Share = 0.3
    min_existing: int = 10


class Privacy(_Part):
    """What personal data the files may hold."""

    emails_in_git: Literal["allow", "forbid"] = "allow"


class Project(_Part):
    """Everything in cg-sync.yaml. `ownership` has every one of FOLDERS.

    `dialect` is as it is written, since only the rule language can tell what it means.
    """

    timezone: str = "UTC"
    environments: Mapping[str, Environment]
    ownership: Mapping[str, Annotated[Ownership, BeforeValidator(_as_mapping)]]
    guards: Guards = Guards()
    unknown_customers: Literal["warn", "error"] = "warn"
    privacy: Privacy = Privacy()
    resolution: Literal["priority", "exclusive"] = "priority"
    dialect: Mapping[str, Any] = {}


def make_project(document: Document) -> tuple[Project | None, tuple[Problem, ...]]:
    """The project from a document that obeys its schema, or None and all that a schema cannot see.

    The address of an environment that still holds `${…}` is not looked at.
    """
    content: Any = document.content
    written = {name: value for name, value in content.items() if name != "version"}
    written["ownership"] = {folder: {} for folder in FOLDERS} | written.get("ownership", {})
    written["environments"] = {
        name: {"name": name}
        | {key: it for key, it in shop.items() if key != "api"}
        | shop.get("api", {})
        for name, shop in written["environments"].items()
    }
    project = Project.model_validate(written)
    problems = (*_check_timezone(project, document), *_check_urls(project, document))
    return (None if problems else project), problems


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
