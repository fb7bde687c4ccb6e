"""A headless Chromium, the system's own, and reports open in it."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cg_sync.core.plan import Plan
from cg_sync.report.html import plan_html
from tests.unit.report.builders import LABELS

NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Opened:
    """A report in a browser. `page` is Playwright's; `faults` are errors of scripts, whatever the
    console complains about and dialogs, `asked` the addresses that the page asked for.
    """

    page: Any
    url: str
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        """The changes that can be seen, in their order."""
        names: list[str] = self.page.locator(
            ".list > details:not([hidden]) > summary strong"
        ).all_text_contents()
        return names


Open = Callable[..., Opened]


def chromium() -> str:
    """Where the browser is: in CHROMIUM, or on the path."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("no Chromium here: `make test-browser` tells how to get it")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    # Not imported above: `make test` does without the extra.
    sync_api = importlib.import_module("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root, as whom containers often run.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        running = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[], Plan]], Path]:
    """Writes the report of a plan, each once."""
    folder = tmp_path_factory.mktemp("reports")

    @cache
    def write(make: Callable[[], Plan]) -> Path:
        path = folder / f"{make.__name__}.html"
        path.write_text(plan_html(make(), LABELS), encoding="utf-8")
        return path

    return write


@pytest.fixture
def opened(browser: Any, written: Callable[[Callable[[], Plan]], Path]) -> Iterator[Open]:
    """Opens the report of a plan in a window of its own; afterwards there must be no fault, and
    nothing asked for but the report.
    """
    contexts, pages = [], []

    def open_report(make: Callable[[], Plan], *, link: str = "", **options: Any) -> Opened:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
        contexts.append(context)
        page = context.new_page()
        it = Opened(page, written(make).as_uri())
        pages.append(it)
        page.on("request", lambda request: it.asked.append(request.url))
        page.on("console", lambda message: it.faults.append(message.text))
        page.on("pageerror", lambda error: it.faults.append(str(error)))
        page.on("dialog", lambda dialog: it.faults.append(dialog.message))
        page.goto(it.url + link)
        return it

    yield open_report
    for context in contexts:
        context.close()
    for it in pages:
        assert it.faults == []
        assert {address.partition("#")[0] for address in it.asked} == {it.url}


@pytest.fixture(scope="session")
def expect() -> Any:
    """Playwright's `expect`, which waits until it is so."""
    return importlib.import_module("playwright.sync_api").expect
