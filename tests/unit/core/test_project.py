"""What a project is, and what its schema cannot see."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.limits import Loosened
from cg_sync.core.project import Environment, Guards, Ownership, Project, make_project
from cg_sync.errors import Problem
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonObject


def a_document(text: str) -> Document:
    document, problems = read_yaml(text.encode(), file="cg-sync.yaml")
    assert problems == ()
    assert document is not None
    return document


def a_project_at(url: str, *, timezone: str = "UTC") -> Document:
    return a_document(
        f"version: 1\ntimezone: {timezone}\nenvironments:\n  test: {{url: '{url}', channel: 1}}\n"
    )


def lines_about(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{it.where} {it.code} {it.message} ({it.hint})" for it in problems]


def test_what_is_left_out_has_its_default() -> None:
    document = a_document(
        "version: 1\nenvironments: {test: {url: https://a.example, channel: 5}}\n"
    )
    test = Environment(
        name="test",
        url="https://a.example",
        channel=5,
        confirm=False,
        vars={},
        paths={},
        page_size=1000,
        timeout_seconds=30,
    )
    declared = Ownership(mode="declared", keep=())
    project = Project(
        timezone="UTC",
        environments={"test": test},
        ownership={"groups": declared, "settings": declared},
        guards=Guards(max_delete_share=0.3, max_member_removal_share=0.3, min_existing=10),
        unknown_customers="warn",
        dialect={},
    )
    assert make_project(document) == (project, ())


def test_everything_that_is_written_counts() -> None:
    document = a_document(
        "version: 1\ntimezone: Europe/Istanbul\nenvironments:\n  shop:\n"
        "    url: https://a.example/omnitron/\n    channel: 2\n    confirm: true\n"
        "    vars: {prices: tr}\n"
        "    api: {paths: {customers: /c/}, page_size: 50, timeout_seconds: 2.5}\n"
        "ownership: {groups: all, settings: {mode: all, keep: [old-*]}}\n"
        "guards: {max_delete_share: 12.5%, max_member_removal_share: 1, min_existing: 0}\n"
        "unknown_customers: error\n"
        "dialect: {render: {city: {refuse: not there}}, slugs: {user-date-rule: date-rule}}\n"
    )
    shop = Environment(
        name="shop",
        url="https://a.example/omnitron",
        channel=2,
        confirm=True,
        vars={"prices": "tr"},
        paths={"customers": "/c/"},
        page_size=50,
        timeout_seconds=2.5,
    )
    project = Project(
        timezone="Europe/Istanbul",
        environments={"shop": shop},
        ownership={
            "groups": Ownership(mode="all"),
            "settings": Ownership(mode="all", keep=("old-*",)),
        },
        guards=Guards(max_delete_share=0.125, max_member_removal_share=1, min_existing=0),
        unknown_customers="error",
        dialect={
            "render": {"city": {"refuse": "not there"}},
            "slugs": {"user-date-rule": "date-rule"},
        },
    )
    assert make_project(document) == (project, ())


def test_a_folder_that_is_not_spoken_of_is_declared() -> None:
    project, _ = make_project(
        a_document(
            "version: 1\nenvironments: {a: {url: https://a.example, channel: 1}}\n"
            "ownership: {settings: all}\n"
        )
    )
    assert project is not None
    assert project.ownership == {"groups": Ownership(), "settings": Ownership(mode="all")}


@pytest.mark.parametrize(
    ("share", "number"), [("30%", 0.3), ("7 %", 0.07), ("100.0%", 1), ("0%", 0), ("0.3", 0.3)]
)
def test_a_share_is_the_same_as_percent_and_as_number(share: str, number: float) -> None:
    project, _ = make_project(
        a_document(
            "version: 1\nenvironments: {a: {url: https://a.example, channel: 1}}\n"
            f"guards: {{max_delete_share: {share}}}\n"
        )
    )
    assert project is not None
    assert project.guards == Guards(max_delete_share=number)


def test_a_project_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Guards().min_existing = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("timezone", "hint"),
    [
        ("Turkye", "did you mean Turkey?"),
        ("Europe", "did you mean Europe/Rome or Europe/Riga?"),
        ("../../etc/passwd", "write an IANA name such as Europe/Istanbul"),
        ("Ankara mean time", "write an IANA name such as Europe/Istanbul"),
    ],
)
def test_an_unknown_time_zone_is_a_problem(timezone: str, hint: str) -> None:
    project, problems = make_project(a_project_at("https://a.example", timezone=timezone))
    assert project is None
    assert lines_about(problems) == [
        f"cg-sync.yaml:2:11 CG-F06 timezone: no such time zone ({hint})"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://omnitron.example.com",
        "https://omnitron.example.com/gate/",
        "http://127.0.0.1:8765",
        "http://[::1]:8765",
        "${OMNITRON_URL}",
        "https://${HOST:-a b}",
    ],
)
def test_an_address_is_good_or_not_yet_known(url: str) -> None:
    project, problems = make_project(a_project_at(url))
    assert problems == ()
    assert project is not None
    assert project.environments["test"].url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "not an address"),
        ("omnitron.example.com", "not an address"),
        ("ftp://omnitron.example.com", "not an address"),
        ("https://", "not an address"),
        ("https://[::1", "not an address"),
        ("https://a.example:99999", "not an address"),
        ("https://a.example:0", "not an address"),
        ("https://a b.example", "not an address"),
        ("https://a.exa\u2028mple", "not an address"),
        ("https://:word@a.example", "holds credentials, which belong in environment variables"),
        ("https://me@a.example", "holds credentials, which belong in environment variables"),
        ("https://a.example?token=1", "holds more than an address"),
        ("https://a.example/#top", "holds more than an address"),
        (
            "http://a.example",
            "would send the credentials unencrypted; plain http is for this machine alone",
        ),
    ],
)
def test_an_address_that_cannot_be_right_is_a_problem(url: str, fault: str) -> None:
    document = a_project_at("https://a.example")
    content: JsonObject = {"version": 1, "environments": {"test": {"url": url, "channel": 1}}}
    project, problems = make_project(Document("cg-sync.yaml", content, document.locate))
    assert project is None
    assert lines_about(problems) == [
        f"cg-sync.yaml:4:15 CG-F06 environments.test.url: {fault}"
        " (write the address alone, such as https://omnitron.example.com)"
    ]


def test_all_problems_come_at_once() -> None:
    _, problems = make_project(a_project_at("nowhere", timezone="Nowhere"))
    assert [problem.message for problem in problems] == [
        "timezone: no such time zone",
        "environments.test.url: not an address",
    ]


# --- policy

WITH_POLICY = """\
version: 1
environments:
  test: {url: https://a.example, channel: 1}
  production:
    url: https://b.example
    channel: 1
    policy: {max_age: 2h, guards: {max_delete_share: 10%}}
policy: {max_age: 12h, guards: {max_delete_share: 20%, max_priority_moves: 50}}
guards: {max_update_share: 80%}
"""


def test_limits_stay_within_the_policy_of_the_place() -> None:
    project, problems = make_project(a_document(WITH_POLICY))
    assert problems == ()
    assert project is not None
    usual = project.within(None)
    assert usual.guards.max_delete_share == 0.2
    assert (usual.guards.max_priority_moves, usual.guards.max_update_share) == (5, 0.8)
    assert usual == project.within(project.environments["test"])
    strict = project.within(project.environments["production"])
    assert strict.policy.max_age == timedelta(hours=2)
    assert (strict.guards.max_delete_share, strict.guards.bounds.max_delete_share) == (0.1, 0.1)
    assert strict.guards.bounds.max_priority_moves == 50


def test_what_is_written_looser_than_the_policy_is_a_problem_where_it_stands() -> None:
    text = WITH_POLICY.replace("max_age: 2h", "max_age: 13h").replace("10%", "30%")
    project, problems = make_project(
        a_document(text.replace("max_update_share: 80%", "max_delete_share: 20.5%, empty: false"))
    )
    assert project is None
    at = "environments.production.policy"
    stricter = "(an environment can only be stricter)"
    assert lines_about(problems) == [
        f"cg-sync.yaml:7:23 CG-F30 {at}.max_age: 13h is looser than policy.max_age, 12h {stricter}",
        f"cg-sync.yaml:7:55 CG-F30 {at}.guards.max_delete_share: 30% is looser than "
        f"policy.guards.max_delete_share, 20% {stricter}",
        "cg-sync.yaml:9:28 CG-F30 guards.max_delete_share: 20.5% is looser than "
        "policy.guards.max_delete_share, 20% (nothing may be looser than the policy)",
    ]


def test_no_policy_lets_allowances_live_longer_than_a_month() -> None:
    _, problems = make_project(a_document(WITH_POLICY.replace("max_age: 12h", "allow_until: 31d")))
    assert lines_about(problems) == [
        "cg-sync.yaml:8:23 CG-F06 policy.allow_until: 31d is more than the maximum of 30d ()"
    ]


def test_a_usual_limit_that_nobody_wrote_gives_way_to_the_policy() -> None:
    text = WITH_POLICY.replace("guards: {max_update_share: 80%}\n", "")
    assert make_project(a_document(text))[1] == ()


def test_what_files_say_is_kept_beside_the_limits() -> None:
    project, _ = make_project(a_project_at("https://a.example"))
    assert project is not None
    loosened = {Address("customer_group", "VIP"): Loosened(may_be_emptied=True)}
    assert project.with_loosened(loosened).guards == Guards(loosened=loosened)
