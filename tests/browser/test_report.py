"""The HTML report in a browser. After each test the page must have raised no error and asked for
nothing, see conftest.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cg_sync.core.plan import Plan
from tests.browser.conftest import Open, Opened
from tests.browser.plans import large, refused, small
from tests.unit.report.plans import PLANS
from tests.unit.report.test_html import EVIL, chosen_by_others

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def two_hundred() -> Plan:
    return large(200)


def ten_thousand() -> Plan:
    return large(10_000)


def evil() -> Plan:
    return chosen_by_others(EVIL, EVIL)


LOOKED_AT = (small, refused, two_hundred, evil, *PLANS.values())


def counted(it: Opened) -> Any:
    return it.page.locator("#count")


def press(it: Opened, value: str) -> None:
    it.page.locator(f'#filters button[value="{value}"]').click()


@pytest.mark.parametrize("make", LOOKED_AT, ids=lambda it: it.__name__)
def test_a_phone_shows_a_report_without_a_fault_and_without_scrolling_sideways(
    make: Callable[[], Plan], opened: Open
) -> None:
    it = opened(make, viewport=PHONE)
    assert it.page.locator("#theme").is_visible()
    it.page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    assert it.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_search_narrows_and_counts(opened: Open, expect: Any) -> None:
    it = opened(two_hundred)
    expect(counted(it)).to_have_text("200 of 200 shown")
    it.page.fill("#search", "campaign-00006")
    expect(counted(it)).to_have_text("1 of 200 shown")
    assert it.names() == ["campaign-00006"]
    assert it.page.locator("h3:visible", has_text="groups").count() == 1  # of what is unmanaged
    it.page.fill("#search", "")
    expect(counted(it)).to_have_text("200 of 200 shown")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("ogrenciler", "Öğrenciler"),
        ("ÖĞRENCİLER", "Öğrenciler"),
        ("students.yaml", "Öğrenciler"),
        ("students group", "Öğrenciler"),
        ("without a city are now dropped", "near-us"),
        ("bursa istanbul ızmir", "near-us"),
    ],
)
def test_a_search_looks_everywhere_and_forgives_accents(
    words: str, name: str, opened: Open, expect: Any
) -> None:
    it = opened(small)
    it.page.fill("#search", words)
    expect(counted(it)).to_have_text("1 of 7 shown")
    assert it.names() == [name]


def test_all_words_of_a_search_must_be_there(opened: Open, expect: Any) -> None:
    it = opened(two_hundred)
    it.page.fill("#search", "00006 priority")
    expect(counted(it)).to_have_text("1 of 200 shown")
    it.page.fill("#search", "priority no-such-word")
    expect(counted(it)).to_have_text("0 of 200 shown")
    expect(it.page.get_by_text("Nothing matches.")).to_be_visible()
    it.page.get_by_role("button", name="Show all changes").click()
    expect(counted(it)).to_have_text("200 of 200 shown")


def test_filters_of_one_sort_add_up_and_of_two_narrow_down(opened: Open, expect: Any) -> None:
    it = opened(two_hundred)
    press(it, "create")
    expect(counted(it)).to_have_text("40 of 200 shown")
    press(it, "delete")
    expect(counted(it)).to_have_text("60 of 200 shown")
    press(it, "customer_group_setting")
    expect(counted(it)).to_have_text("20 of 200 shown")
    press(it, "drift")
    expect(counted(it)).to_have_text("3 of 200 shown")
    it.page.fill("#search", "new-0009")
    expect(counted(it)).to_have_text("1 of 200 shown")
    assert it.names() == ["new-00099"]
    for value in ("create", "delete", "customer_group_setting", "drift"):
        press(it, value)
    it.page.fill("#search", "")
    expect(counted(it)).to_have_text("200 of 200 shown")


@pytest.mark.parametrize(
    ("value", "count"),
    [("yours", 171), ("both", 6), ("drift", 23), ("guard", 20), ("warning", 12)],
)
def test_each_filter_finds_as_many_as_it_says(
    value: str, count: int, opened: Open, expect: Any
) -> None:
    it = opened(two_hundred)
    button = it.page.locator(f'#filters button[value="{value}"]')
    assert button.inner_text().split()[-1] == str(count)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(counted(it)).to_have_text(f"{count} of 200 shown")


def test_what_is_shown_is_expanded_and_collapsed(opened: Open) -> None:
    it = opened(two_hundred)
    openly = it.page.locator(".list > details[open]")
    assert openly.count() == 0
    press(it, "delete")
    it.page.get_by_role("button", name="Expand all").click()
    assert openly.count() == 20
    press(it, "delete")
    it.page.get_by_role("button", name="Expand all").click()
    assert openly.count() == 200
    it.page.get_by_role("button", name="Collapse all").click()
    assert openly.count() == 0


def test_a_link_opens_its_change(opened: Open, expect: Any) -> None:
    anchor = opened(two_hundred).page.locator(".list > details").nth(150).get_attribute("id")
    it = opened(two_hundred, link=f"#{anchor}")
    target = it.page.locator(f"#{anchor}")
    expect(target).to_have_attribute("open", "")
    expect(target.locator("summary")).to_be_in_viewport()
    assert it.page.locator(".list > details[open]").count() == 1


def test_a_link_shows_a_change_that_a_filter_hides(opened: Open, expect: Any) -> None:
    it = opened(two_hundred)
    it.page.fill("#search", "no-such-word")
    expect(counted(it)).to_have_text("0 of 200 shown")
    linked = it.page.locator(".notice.warn a").first
    linked.click()
    target = it.page.locator(linked.get_attribute("href"))
    expect(target).to_have_attribute("open", "")
    expect(target).to_be_in_viewport()
    assert it.page.input_value("#search") == ""


@pytest.mark.parametrize("link", ["#no-such-change", "#%", "#cost"])
def test_a_link_to_nothing_does_no_harm(link: str, opened: Open, expect: Any) -> None:
    expect(counted(opened(small, link=link))).to_have_text("7 of 7 shown")


@pytest.mark.parametrize(("scheme", "other"), [("light", "Dark"), ("dark", "Light")])
def test_the_theme_follows_the_system_until_it_is_switched(
    scheme: str, other: str, opened: Open, expect: Any
) -> None:
    it = opened(small, color_scheme=scheme)
    colour = "getComputedStyle(document.body).backgroundColor"
    before = it.page.evaluate(colour)
    it.page.get_by_role("button", name=other).click()
    after = it.page.evaluate(colour)
    assert {before, after} == {"rgb(247, 247, 244)", "rgb(17, 19, 21)"}
    it.page.reload()
    assert it.page.evaluate(colour) == before


def test_slash_goes_to_the_search_and_escape_clears_everything(opened: Open, expect: Any) -> None:
    it = opened(two_hundred)
    press(it, "delete")
    it.page.keyboard.press("/")
    expect(it.page.locator("#search")).to_be_focused()
    it.page.keyboard.type("00004")
    expect(counted(it)).to_have_text("1 of 200 shown")
    assert it.page.input_value("#search") == "00004"
    it.page.keyboard.press("Escape")
    expect(counted(it)).to_have_text("200 of 200 shown")
    assert it.page.locator("[aria-pressed=true]").count() == 0


def test_a_change_is_opened_by_keyboard_and_the_focus_can_be_seen(opened: Open) -> None:
    it = opened(two_hundred)
    summary = it.page.locator(".list > details > summary").first
    it.page.locator("#collapse").focus()
    it.page.keyboard.press("Tab")
    assert summary.evaluate("it => it === document.activeElement")
    assert summary.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    it.page.keyboard.press("Enter")
    assert it.page.locator(".list > details[open]").count() == 1


def test_without_scripts_everything_can_be_read(opened: Open, expect: Any) -> None:
    it = opened(two_hundred, java_script_enabled=False)
    for name in ("#search", "#filters", "#theme"):
        expect(it.page.locator(name)).to_be_hidden()
    expect(it.page.get_by_text("CG-G01 refused by max_delete_share").first).to_be_visible()
    change = it.page.locator("[id^=setting-city-00018]")
    expect(change.locator("pre")).to_be_hidden()
    change.locator("summary").click()
    expect(change.locator("pre")).to_be_visible()
    expect(change.locator(".english")).to_contain_text("Now: Customers whose city is Trabzon")


def test_a_small_report_is_open_without_scripts(opened: Open, expect: Any) -> None:
    it = opened(small, java_script_enabled=False)
    expect(it.page.get_by_text("+16 −123 = 9,747").last).to_be_visible()


def test_paper_shows_every_change_that_the_screen_shows(opened: Open) -> None:
    it = opened(two_hundred)
    press(it, "delete")
    openly = it.page.locator(".list > details[open]")
    it.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert openly.count() == 20
    it.page.get_by_role("button", name="Dark").click()
    it.page.emulate_media(media="print")
    assert it.page.locator("#tools").is_hidden()
    ink = it.page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(29, 33, 38)"
    it.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert openly.count() == 0


def test_ten_thousand_changes_are_searched_and_filtered(opened: Open, expect: Any) -> None:
    it = opened(ten_thousand)
    expect(counted(it)).to_have_text("10,000 of 10,000 shown")
    it.page.fill("#search", "izmir 01123")
    expect(counted(it)).to_have_text("1 of 10,000 shown")
    assert it.names() == ["Customers of İzmir 01123"]
    it.page.keyboard.press("Escape")
    expect(counted(it)).to_have_text("10,000 of 10,000 shown")
    press(it, "delete")
    expect(counted(it)).to_have_text("1,000 of 10,000 shown")
    press(it, "delete")
    it.page.get_by_role("button", name="Expand all").click()
    assert it.page.locator(".list > details[open]").count() == 10_000
