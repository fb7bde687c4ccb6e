"""The HTML report: how it reads, and that nothing in it can load or run but its own script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.diff import Delete
from cg_sync.core.members import Member, UnknownKey
from cg_sync.core.origin import WHOLE, Origin
from cg_sync.core.plan import Plan, Target
from cg_sync.core.reading import Note, Reading
from cg_sync.core.source import Source
from cg_sync.errors import Position
from cg_sync.report.html import plan_html
from cg_sync.report.line import plain
from cg_sync.report.page.markup import anchor_of
from cg_sync.report.text import plan_lines
from tests.browser.plans import large, refused, small
from tests.unit.report.builders import (
    LABELS,
    a_guard,
    a_plan,
    a_rule,
    a_setting,
    a_warning,
    delta,
    group_created,
    group_deleted,
    group_updated,
    groups,
    people,
    setting_created,
    setting_updated,
)
from tests.unit.report.conftest import Golden
from tests.unit.report.pages import Page, taken_apart
from tests.unit.report.plans import PLANS, a_live_rule
from tests.unit.report.test_privacy import SECRET, planted

ALL: dict[str, Callable[[], Plan]] = {**PLANS, "small": small, "refused": refused}
EVIL = "\"'><script>alert(1)</script><img src=//evil.example/x onerror=alert(2)><!--&lt;"


def page_of(plan: Plan) -> Page:
    return taken_apart(plan_html(plan, LABELS))


def without_look(html: str) -> str:
    """The page without style, script and their hashes, which are no part of what it says."""
    html = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1…\3", html, flags=re.DOTALL)
    return re.sub(r"sha256-[^&]+", "sha256-…", html)


@pytest.mark.parametrize("name", ["empty", "refused", "rules", "small", "updates", "drift"])
def test_a_page_reads_as_on_record(name: str, golden: Golden) -> None:
    golden(f"plan-{name}.html", without_look(plan_html(ALL[name](), LABELS)))


@pytest.mark.parametrize("name", ALL)
def test_a_browser_has_nothing_to_repair(name: str) -> None:
    assert page_of(ALL[name]()).faults == []


# The hostile plan names two changes alike, which no real plan does.
@pytest.mark.parametrize("name", [it for it in ALL if it != "hostile"])
def test_every_link_leads_to_something_that_is_there_once(name: str) -> None:
    page = page_of(ALL[name]())
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    inside = [it for it in page.values("href") if it != "data:,"]
    assert {it[:1] for it in inside} == {"#"}
    assert {it[1:] for it in inside} <= set(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


@pytest.mark.parametrize("name", ALL)
def test_a_page_fetches_nothing_and_has_no_code_in_its_attributes(name: str) -> None:
    page = page_of(ALL[name]())
    attributes = {name for _, them in page.tags for name in them}
    assert not attributes & {"src", "srcset", "style", "action", "formaction", "background"}
    assert [it for it in attributes if it.startswith("on")] == []
    for source in page.raw.values():
        assert "://" not in source
        assert not re.search(r"url\(|@import|fetch|XMLHttp|import\(|\beval\b|innerHTML", source)


def test_the_policy_lets_nothing_run_but_the_one_script() -> None:
    page = page_of(small())
    (policy,) = [
        them["content"] or ""
        for tag, them in page.tags
        if tag == "meta" and them.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(it.strip().split(" ", 1) for it in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'{hash_of(page.raw['style'])}'",
        "script-src": f"'{hash_of(page.raw['script'])}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def hash_of(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def chosen_by_others(words: str, file: str) -> Plan:
    """A plan in which `words` stand wherever others choose what stands there."""
    where = Position(file, 1, 1)
    return a_plan(
        group_created(f"1{words}", delta([Member(1, words)])),
        group_updated(f"2{words}", former=words, members=delta([Member(2, words)], kept=1)),
        group_deleted(f"3{words}", where=where, size=3),
        setting_created(f"4{words}", name=words, price_list=words, rule=a_live_rule(words)),
        setting_updated(
            a_setting("5", stock_list=words, rule=a_live_rule(words)),
            a_setting("5", name=words, rule=a_live_rule("x")),
        ),
        target=Target(words, words, 5),
        tripped=(a_guard(subject=f"members of 3{words}"),),
        problems=(a_warning(words, hint=words, where=where),),
        unmanaged=groups(words),
        already_live=groups(words),
        source=Source(words, commit=words, base=words),
    )


def test_markup_in_names_and_values_is_text() -> None:
    page = page_of(chosen_by_others(EVIL, EVIL))
    assert page.faults == []
    assert [tag for tag, _ in page.tags if tag in ("img", "script")] == ["script"]
    assert page.text.count(EVIL) > 20


@given(st.text(min_size=1, max_size=40))
def test_whatever_others_write_is_never_a_tag_nor_an_attribute(words: str) -> None:
    html = plan_html(chosen_by_others(words, "x"), LABELS)
    page = taken_apart(html)
    assert page.faults == []
    assert kinds_of_tags(page) <= known_kinds_of_tags()
    html.encode("utf-8")
    assert {it for it in html if not it.isprintable()} == {"\n"}


def kinds_of_tags(page: Page) -> set[tuple[str, ...]]:
    return {(tag, *them) for tag, them in page.tags}


@cache
def known_kinds_of_tags() -> frozenset[tuple[str, ...]]:
    """What pages without bad intentions are made of."""
    plans = [chosen_by_others("x", "x"), PLANS["updates"](), PLANS["rules"](), PLANS["creates"]()]
    return frozenset().union(*(kinds_of_tags(page_of(it)) for it in plans))


@pytest.mark.parametrize("name", ALL)
def test_nothing_in_a_page_can_turn_the_direction_of_writing(name: str) -> None:
    html = plan_html(ALL[name](), LABELS)
    assert {it for it in unescape(html) if not it.isprintable()} == {"\n"}


def test_no_page_names_a_customer() -> None:
    assert SECRET not in plan_html(planted(), LABELS).lower()


@pytest.mark.parametrize("name", ["creates", "updates", "rules", "renames", "guarded", "deletes"])
def test_a_page_without_scripts_says_all_that_a_terminal_says(name: str) -> None:
    plan = ALL[name]()
    said = {word for text in page_of(plan).texts for word in words_of(text)}
    terminal = plain(plan_lines(plan, LABELS))
    # Said otherwise: how many more there are behind the first, and of which kind each change is.
    otherwise = r" and [\d,]+ more$|^refused by \d guards, below$|^  [+~-] (group|setting) "
    terminal = re.sub(otherwise, "", terminal, flags=re.MULTILINE)
    assert [it for it in words_of(terminal) if it not in said] == []


def words_of(text: str) -> list[str]:
    return re.findall(r"[\w@*.]*\w", text)


@pytest.mark.parametrize("name", ALL)
def test_only_what_needs_the_script_is_hidden_without_it(name: str) -> None:
    hidden = {them["id"] for _, them in page_of(ALL[name]()).tags if "hidden" in them}
    assert hidden <= {"theme", "tools", "filters", "none"}


def test_few_changes_are_open_and_many_are_not() -> None:
    few, many = page_of(PLANS["updates"]()), page_of(PLANS["many"]())
    assert {"open" in them for tag, them in few.tags if tag == "details" and "id" in them} >= {True}
    changes = [them for tag, them in many.tags if tag == "details" and "class" in them]
    assert [them for them in changes if "open" in them] == []


@pytest.mark.unmeasured
def test_ten_thousand_changes_cost_few_bytes_each() -> None:
    changes = 10_000
    fixed = len(plan_html(PLANS["empty"](), LABELS).encode())
    size = len(plan_html(large(changes), LABELS).encode())
    assert (size - fixed) / changes < 700


def test_the_same_plan_is_the_same_page() -> None:
    one, other = a_plan(calls={"GET": 1, "OPTIONS": 2}), a_plan(calls={"OPTIONS": 2, "GET": 1})
    assert plan_html(one, LABELS) == plan_html(other, LABELS)
    assert plan_html(small(), LABELS) == plan_html(small(), LABELS)


def test_a_link_to_a_change_is_the_same_in_every_report() -> None:
    alone = page_of(a_plan(group_created("VIP")))
    among = page_of(a_plan(group_created("A"), group_created("VIP"), group_created("Z")))
    (anchor,) = [it for it in alone.values("id") if it.startswith("group-")]
    assert anchor in among.values("id")


@given(st.lists(st.text(max_size=60), min_size=2, max_size=2, unique=True))
def test_two_resources_never_share_a_link(keys: list[str]) -> None:
    one, other = (anchor_of(Address("customer_group", key), LABELS) for key in keys)
    assert one != other
    assert re.fullmatch(r"[a-z0-9-]{1,80}", one)


def test_a_link_does_not_name_a_customer() -> None:
    anchor = anchor_of(Address("customer_group", "ayse.person@example.com"), LABELS)
    assert re.fullmatch(r"group-a-example-com-[0-9a-f]{8}", anchor)


def classes_by_name(page: Page) -> dict[str, str]:
    return {
        (them["id"] or "").rpartition("-")[0]: them["class"] or ""
        for tag, them in page.tags
        if tag == "details" and (them.get("id") or "").startswith(("group-", "setting-"))
    }


def test_changes_can_be_found_by_what_to_look_at_first() -> None:
    gone = replace(group_deleted("Gone"), where=Position("groups/gone.yaml", 1, 1))
    plan = a_plan(
        gone,
        group_updated("Fewer", members=delta((), people(3), kept=2)),
        group_updated("More", members=delta(people(3), kept=2)),
        group_created("New"),
        tripped=(a_guard(), a_guard("max_member_removal_share", "members of Fewer")),
        problems=(a_warning(where=Position("groups/gone.yaml", 9, 1)), a_warning(where=None)),
    )
    assert classes_by_name(page_of(plan)) == {
        "group-gone": "delete customer_group destructive guard warning",
        "group-fewer": "update customer_group destructive guard",
        "group-more": "update customer_group",
        "group-new": "create customer_group",
    }


def test_a_group_that_is_deleted_with_too_many_members_is_marked() -> None:
    guard = a_guard("max_member_removal_share", "members of Gone")
    plan = a_plan(group_deleted("Gone", size=50), tripped=(guard,))
    assert "guard" in classes_by_name(page_of(plan))["group-gone"].split()


def test_what_the_branch_does_not_change_stands_apart() -> None:
    html = plan_html(small(), LABELS)
    changes, drift = html.index('<h2 id="changes">'), html.index('<h2 id="drift">')
    assert changes < html.index("<bdi>near-us</bdi>") < drift < html.index("Gold Members</bdi>")


def test_of_a_change_that_is_only_in_part_drift_every_field_says_whose_it_is() -> None:
    html = plan_html(small(), LABELS)
    assert '<dt>priority <em class="yours">yours</em></dt>' in html
    assert '<dt>display.price_list <em class="drift">drift</em></dt>' in html


def test_without_a_base_nothing_is_anybodys() -> None:
    assert "drift" not in without_look(plan_html(PLANS["updates"](), LABELS))


def test_a_search_is_offered_where_there_is_something_to_search() -> None:
    few, more = (page_of(a_plan(*map(group_created, names))) for names in ("abcde", "abcdef"))
    assert "search" not in few.values("id")
    assert "search" in more.values("id")


def test_filters_count_what_they_find_and_offer_no_choice_of_one() -> None:
    page = page_of(a_plan(*map(group_created, "abcd"), *map(group_deleted, "xyz")))
    assert page.values("value") == ["create", "delete", "destructive"]
    assert "+ create 4" in page.text
    assert "- delete 3" in page.text


def test_of_drift_nothing_is_said_about_applying() -> None:
    text = page_of(PLANS["drift"]()).text
    assert "Drift of" in text
    assert "Differences" in text
    assert "cg-sync apply --digest" not in text
    assert "takes away" not in text


def test_who_could_not_be_placed_is_counted() -> None:
    members = replace(
        delta(people(2), kept=5),
        unknown=(UnknownKey("erp_code", "C-1"), UnknownKey("erp_code", "C-2")),
        withheld=people(3, 50),
    )
    text = page_of(a_plan(group_updated("VIP", members=members))).text
    assert "2 customers unknown to the shop: left out" in text
    assert "3 members not removed, since an unknown customer may be one of them" in text
    assert "C-1" not in text


def test_a_long_outline_is_cut_and_says_so() -> None:
    pair = [{"email": {"domain_is": ["a.example"]}}, {"is_active": True}]
    towns = [{"all": [{"city": f"City {number}"}, pair[number % 2]]} for number in range(30)]
    many = a_rule({"any": towns})
    page = page_of(a_plan(setting_created("one", rule=many)))
    in_english, as_yaml = (it for it in page.texts if "more lines" in it)
    assert re.fullmatch(r"… and \d+ more lines", in_english)
    assert 5 < len([it for it in page.texts if it.startswith("city is")]) < 30
    assert re.search(r"… and \d+ more lines\n$", as_yaml)


def test_of_very_many_notes_the_first_are_told() -> None:
    plan = a_plan(setting_updated(a_setting("one"), a_setting("one", rule=None)))
    notes = tuple(Note("+", f"note {number}") for number in range(42))
    reading = Reading("rule", (), notes)
    page = page_of(replace(plan, readings={plan.changes[0].address: reading}))
    assert [it.strip() for it in page.texts if "note" in it] == [it.text for it in notes[:40]]
    assert "… and 2 more lines" in page.texts


def test_long_lists_beside_the_changes_are_behind_one_click() -> None:
    names = [f"Made by hand {number}" for number in range(32)]
    page = page_of(a_plan(unmanaged=groups(*names)))
    assert [it for it in page.texts if it.startswith("Made by hand") or it.endswith("more")] == [
        *names[:30], "and 2 more", *names[30:],
    ]  # fmt: skip


def test_a_deletion_without_a_file_says_why() -> None:
    gone = group_deleted("VIP")
    assert isinstance(gone, Delete)
    assert "no file; ownership: all" in page_of(a_plan(gone)).text


def test_whose_doing_can_be_chosen_when_a_base_was_asked_for() -> None:
    changes = [*map(group_created, "abcdef")]
    origins = {it.address: {WHOLE: Origin.YOURS} for it in changes[1:]}
    origins[changes[0].address] = {WHOLE: Origin.DRIFT}
    page = page_of(a_plan(*changes, origins=origins))
    assert page.values("value") == ["yours", "drift"]
