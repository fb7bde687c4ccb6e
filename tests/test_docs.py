"""The documentation is held against the code: nothing left out, nothing that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from cg_sync.cli.main import COMMANDS, cg_sync
from cg_sync.codes import CODES
from cg_sync.core.outcome import Outcome
from cg_sync.errors import ApiError, CgSyncError, ExitCode
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.data import outcome_data, plan_data
from tests.unit.report.plans import PLANS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
SOURCES = sorted(it for it in (ROOT / "cg_sync").rglob("*.py") if "sandbox" not in it.parts)
CODE = re.compile(r"CG-[A-Z]\d\d")


def section(page: str, title: str, level: str = "##") -> str:
    """The text below a heading, up to the next of its level; fails when there is no such."""
    text = (DOCS / page).read_text()
    found = re.search(rf"^{level} {re.escape(title)}$(.*?)(?=^{level} |\Z)", text, re.M | re.S)
    assert found, f"docs/{page} has no section {title}"
    return found[1]


def command(name: str) -> click.Command:
    found = cg_sync.get_command(click.Context(cg_sync), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_each_of_its_options_is_described(name: str) -> None:
    synopsis, _, text = section("cli.md", name).strip().partition("\n")
    assert synopsis.startswith(f"cg-sync {name}")
    text += section("cli.md", "Options that many commands have", "###")
    options = [it for it in command(name).params if isinstance(it, click.Option)]
    missing = [opt for it in options for opt in it.opts if not re.search(rf"`{opt}\b", text)]
    assert missing == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_that_is_described_exists(name: str) -> None:
    known = {opt for it in command(name).params for opt in it.opts}
    synopsis = section("cli.md", name).strip().splitlines()[0]
    assert set(re.findall(r"--?[a-z][a-z-]*", synopsis.partition(name)[2])) - known == set()


def test_options_of_the_program_itself_are_described() -> None:
    text = (DOCS / "cli.md").read_text()
    assert [it for it in ("--version", "--help", "-h") if it not in text] == []


def test_every_exit_code_is_in_the_table_with_its_name() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", (DOCS / "exit-codes.md").read_text(), re.M)
    assert rows == [(str(int(it)), it.name.lower()) for it in ExitCode]


def test_exit_codes_are_marked_as_reserved_until_they_are_used() -> None:
    table = (DOCS / "exit-codes.md").read_text()
    marked = {int(it) for it in re.findall(r"^\| (\d+) \| `\w+` \| \*reserved:\*", table, re.M)}
    source = "\n".join(it.read_text() for it in SOURCES if it.name != "errors.py")
    errors = [*CgSyncError.__subclasses__(), *ApiError.__subclasses__()]
    used = {it.exit_code for it in errors if re.search(rf"\b{it.__name__}\(", source)} | {
        it for it in ExitCode if f"ExitCode.{it.name}" in source
    }
    # ApplyStopped has either of two codes, as it is told.
    used |= {ExitCode.PARTIAL, ExitCode.FAILED}
    assert marked == set(ExitCode) - used


def test_every_code_is_described_in_the_words_of_the_table() -> None:
    text = (DOCS / "codes.md").read_text()
    assert re.findall(r"^### (CG-\S+): (.*)$", text, re.M) == [
        (code, it.title) for code, it in CODES.items()
    ]
    missing = [code for code, it in CODES.items() if it.advice not in text]
    assert missing == []


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_an_example(code: str) -> None:
    assert re.search(r"^    \S", section("codes.md", f"{code}: {CODES[code].title}", "###"), re.M)


def test_the_codes_in_the_source_are_those_of_the_table() -> None:
    used = {
        code
        for source in SOURCES
        if source.name != "codes.py"
        for code in CODE.findall(source.read_text())
    }
    assert used == set(CODES)


def test_the_docs_mention_no_code_that_does_not_exist() -> None:
    mentioned = {code for page in PAGES for code in CODE.findall(page.read_text())}
    assert mentioned - set(CODES) == set()


def fields_of(value: JsonValue, prefix: str = "") -> Iterator[str]:
    """Every field of a JSON object and of the objects in its lists: `changes[].key`."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield f"{prefix}{name}"
            if isinstance(item, list):
                for it in item:
                    yield from fields_of(it, f"{prefix}{name}[].")


def test_every_field_of_the_json_plan_is_described() -> None:
    text = section("plan.md", "As JSON")
    fields = {field for make in PLANS.values() for field in fields_of(plan_data(make()))}
    first, deeper = (
        {it for it in fields if it.count("[]") == 0 or it.startswith("changes[].")},
        {it.rpartition(".")[2] for it in fields if "[]" in it and not it.startswith("changes[].")},
    )
    assert {it for it in first if f"\n| `{it}` |" not in text} == set()
    assert {it for it in deeper if f"`{it}`" not in text} == set()


def test_every_part_of_a_field_of_the_json_plan_is_described() -> None:
    text = section("plan.md", "As JSON")
    data: Any = plan_data(PLANS["updates"]())
    change = data["changes"][0]
    names = [*data["target"], *data["summary"], *change["where"], *change["members"]]
    assert [it for it in names if f"`{it}`" not in text] == []


def test_every_field_of_the_json_outcome_is_described() -> None:
    text = section("plan.md", "As JSON")
    data = outcome_data(Outcome(PLANS["updates"](), ()))
    assert [it for it in data if f"\n| `{it}` |" not in text] == []
    writes = data["writes"]
    assert isinstance(writes, dict)
    assert [it for it in writes if f"`{it}`" not in text] == []


def test_every_variable_that_is_read_is_described() -> None:
    names = re.compile(r"\bCG_SYNC_[A-Z_]+")
    read = {name for source in SOURCES for name in names.findall(source.read_text())}
    text = section("cli.md", "Environment variables", "###")
    assert {it for it in read if f"`{it}`" not in text} == set()


def links(page: Path) -> Iterator[str]:
    """The relative links of a page, outside code."""
    text = re.sub(r"```.*?```|^    .*?$|`[^`\n]*`", "", page.read_text(), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_page_can_be_found_from_the_first() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in (ROOT / "README.md", DOCS / "README.md")
        for link in links(page)
    }
    assert [
        it.name for it in DOCS.rglob("*.md") if it not in linked and it.name != "README.md"
    ] == []


def test_pictures_fetch_nothing() -> None:
    for picture in (DOCS / "images").glob("*.svg"):
        addresses = set(re.findall(r"https?://[^\"'\s)]+", picture.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg"}
