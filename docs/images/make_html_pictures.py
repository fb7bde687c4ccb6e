"""Makes docs/images/html-*.png: HTML reports as they look in a browser.

python docs/images/make_html_pictures.py [OUTPUT_FOLDER]

It needs Chromium and the extras dev and browser.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))


def _as_it_opens(page: Any) -> None:
    """Nothing is done."""


def _searched(page: Any) -> None:
    page.fill("#search", "izmir")
    page.locator('#filters button[value="destructive"]').click()
    page.locator(".list > details:not([hidden]) > summary").nth(2).click()
    page.locator("#tools").evaluate("it => it.scrollIntoView()")


def _at_a_rule(page: Any) -> None:
    page.locator("[id^=setting-student-discount]").evaluate("it => it.scrollIntoView()")


@dataclass(frozen=True)
class Shot:
    """One picture: of which plan, in which colours, how large, after what was done."""

    name: str
    plan: str
    scheme: str
    width: int
    height: int
    act: Callable[[Any], None] = _as_it_opens


SHOTS = (
    Shot("html-pull-request", "refused", "light", 1440, 1300),
    Shot("html-large", "large", "dark", 1440, 900, _searched),
    Shot("html-phone", "small", "light", 390, 844, _at_a_rule),
    Shot("html-phone-dark", "refused", "dark", 390, 844),
)


def main() -> None:
    from cg_sync.report.html import plan_html
    from tests.browser.plans import large, refused, small
    from tests.unit.report.builders import LABELS

    plans = {"small": small, "refused": refused, "large": lambda: large(10_000)}
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for shot in SHOTS:
            source = Path(folder) / "report.html"
            source.write_text(plan_html(plans[shot.plan](), LABELS), encoding="utf-8")
            page = browser.new_page(
                viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme
            )
            page.goto(source.as_uri())
            shot.act(page)
            page.screenshot(path=target / f"{shot.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
