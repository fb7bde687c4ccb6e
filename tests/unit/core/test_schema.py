"""What the law says about bad documents, word by word, and that both validators read it alike."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from cg_sync.core.document import Document
from cg_sync.core.schema import Law
from cg_sync.errors import Position, Problem
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer

# Documents of the tool's own are no author's: they are read leniently, and described elsewhere.
SCHEMAS = {name: it for name, it in read_schemas().items() if name not in {"plan", "snapshot"}}
LAW = Law(SCHEMAS)
ROOT = Path(__file__).parents[3]

# Each: the schema, the file, and every line that is said about it.
BAD: list[tuple[str, str, list[str]]] = [
    (
        "group",
        "",
        [
            "f.yaml:1:1 the file is empty (`cg-sync schema group` prints what belongs in it)",
        ],
    ),
    (
        "group",
        "# nothing but a comment\n",
        [
            "f.yaml:1:1 the file is empty (`cg-sync schema group` prints what belongs in it)",
        ],
    ),
    (
        "group",
        "- name: VIP\n",
        [
            "f.yaml:1:1 expected a mapping (key: value), found a list with 1 item",
        ],
    ),
    (
        "group",
        "VIP\n",
        [
            'f.yaml:1:1 expected a mapping (key: value), found the text "VIP"',
        ],
    ),
    (
        "group",
        "colour: red\nname: VIP\n",
        [
            "f.yaml:1:1 colour: no such field (allowed here: name, renamed_from, not_a_rename, "
            "state, members, guards, note)",
        ],
    ),
    (
        "group",
        "nmae: VIP\n",
        [
            "f.yaml:1:1 nmae: no such field (did you mean name?)",
        ],
    ),
    (
        "group",
        "note: no name\n",
        [
            "f.yaml:1:1 name: missing (add `name:`)",
        ],
    ),
    (
        "group",
        "name:\n",
        [
            "f.yaml:1:6 name: nothing is written after `name:` (write a value, or remove the line)",
        ],
    ),
    (
        "group",
        "name: 42\n",
        [
            "f.yaml:1:7 name: expected a text, found the number 42 (put it in quotes if it "
            "is meant as a text)",
        ],
    ),
    (
        "group",
        "name: ''\n",
        [
            "f.yaml:1:7 name: is empty",
        ],
    ),
    (
        "group",
        "name: ' VIP'\n",
        [
            "f.yaml:1:7 name: must be one line that neither begins nor ends with a space",
        ],
    ),
    (
        "group",
        'name: "VIP\\n"\n',
        [
            "f.yaml:1:7 name: must be one line that neither begins nor ends with a space",
        ],
    ),
    (
        "group",
        "name: " + "x" * 300 + "\n",
        [
            "f.yaml:1:7 name: has 300 letters, the maximum is 255",
        ],
    ),
    (
        "group",
        "name: VIP\nstate: abset\n",
        [
            'f.yaml:2:8 state: expected present or absent, found the text "abset" (did you '
            "mean absent?)",
        ],
    ),
    (
        "group",
        "name: VIP\nstate: absent\nmembers: {customers: []}\n",
        [
            "f.yaml:3:1 members: not allowed beside `state: absent`",
        ],
    ),
    (
        "group",
        "name: VIP\nrenamed_from: [Gold, Silver, Gold]\n",
        [
            "f.yaml:2:30 renamed_from[2]: the same as item 1 of the list (remove one of the two)",
        ],
    ),
    (
        "group",
        "name: VIP\nrenamed_from: []\n",
        [
            "f.yaml:2:15 renamed_from: is empty",
        ],
    ),
    (
        "group",
        "name: VIP\nmembers: {}\n",
        [
            "f.yaml:2:10 members: needs customers, files or both",
        ],
    ),
    (
        "group",
        "name: VIP\nmembers:\n  - ayse@example.com\n",
        [
            "f.yaml:3:3 members: expected a mapping (key: value), found a list with 1 item",
        ],
    ),
    (
        "group",
        "name: VIP\nmembers:\n  mode: 1\n  customers: ayse@example.com\n",
        [
            "f.yaml:3:9 members.mode: expected exact or at_least, found the number 1",
            "f.yaml:4:14 members.customers: expected a list, found a text",
        ],
    ),
    (
        "group",
        "name: VIP\n"
        "members:\n"
        "  customers:\n"
        "    - ayse\n"
        "    -\n"
        "    - 7\n"
        "    - [a]\n"
        "    - {pk: 0}\n"
        "    - {pk: ayse@example.com}\n"
        "    - {mail: a@b.example}\n"
        "    - {}\n"
        "    - {pk: 1, erp_code: C-1}\n",
        [
            "f.yaml:4:7 members.customers[0]: not an e-mail address",
            "f.yaml:5:6 members.customers[1]: nothing is written after the `-` (write a "
            "value, or remove the line)",
            "f.yaml:6:7 members.customers[2]: expected a text or a mapping (key: value), "
            "found the number 7 (put it in quotes if it is meant as a text)",
            "f.yaml:7:7 members.customers[3]: expected a text or a mapping (key: value), "
            "found a list with 1 item",
            "f.yaml:8:12 members.customers[4].pk: 0 is less than the minimum of 1",
            "f.yaml:9:12 members.customers[5].pk: expected a whole number, found a text",
            "f.yaml:10:8 members.customers[6].mail: no such field (did you mean email?)",
            "f.yaml:11:7 members.customers[7]: must name the customer by exactly one of "
            "pk, erp_code, phone_number, email",
            "f.yaml:12:7 members.customers[8]: must name the customer by exactly one of "
            "pk, erp_code, phone_number, email",
        ],
    ),
    (
        "setting",
        "name: Students\n",
        [
            "f.yaml:1:1 slug: missing (add `slug:`)",
            "f.yaml:1:1 priority: missing (add `priority:`)",
            "f.yaml:1:1 rule: missing (add `rule:`)",
        ],
    ),
    (
        "setting",
        "slug: DEFAULT\nname: A\npriority: 4\nrule: {match: everyone}\n",
        ["f.yaml:1:7 slug: DEFAULT is the word for no setting at all; take another slug"],
    ),
    (
        "setting",
        "slug: a b\nname: A\npriority: -4\nrule: {match: everyone}\ncolour: red\n",
        [
            "f.yaml:1:7 slug: letters, digits, - and _ only",
            "f.yaml:3:11 priority: -4 is less than the minimum of 0",
            "f.yaml:5:1 colour: no such field (allowed here: name, slug, renamed_from, "
            "not_a_rename, state, priority, active, starts_at, ends_at, rule, display, overlaps, "
            "guards, note)",
        ],
    ),
    (
        "setting",
        "slug: a\nname: A\npriority: ten\nactive: yes\nrule: {match: everyone}\n",
        [
            'f.yaml:3:11 priority: expected a whole number, found the text "ten"',
            'f.yaml:4:9 active: expected true or false, found the text "yes"',
        ],
    ),
    (
        "setting",
        "slug: a\nname: A\npriority: 1.5\nactive: [true]\nrule: {match: everyone}\n",
        [
            "f.yaml:3:11 priority: expected a whole number, found the number 1.5",
            "f.yaml:4:9 active: expected true or false, found a list with 1 item",
        ],
    ),
    (
        "setting",
        "slug: a\n"
        "name: A\n"
        "priority: 99999999999\n"
        "rule: {match: everyone}\n"
        "starts_at: 01.09.2026\n"
        "ends_at: 2026-09-01T25:00\n",
        [
            "f.yaml:3:11 priority: 99999999999 is more than the maximum of 2147483647",
            "f.yaml:5:12 starts_at: expected a date such as 2026-09-01, or a date and time "
            "such as 2026-09-01T09:00 or 2026-09-01T09:00+03:00",
            "f.yaml:6:10 ends_at: expected a date such as 2026-09-01, or a date and time "
            "such as 2026-09-01T09:00 or 2026-09-01T09:00+03:00",
        ],
    ),
    (
        "setting",
        "slug: a\n"
        "name: A\n"
        "priority: 1\n"
        "rule: {match: everyone}\n"
        "display: {price_list: '#117', stock_list: '', prices: x}\n",
        [
            "f.yaml:5:23 display.price_list: a code is one line, begins with neither # nor "
            "a space, and does not end with a space",
            "f.yaml:5:43 display.stock_list: is empty",
            "f.yaml:5:47 display.prices: no such field (did you mean price_list?)",
        ],
    ),
    (
        "setting",
        "slug: a\nname: A\npriority: 1\nrule: {match: everyone}\ndisplay: student-tr\n",
        [
            'f.yaml:5:10 display: expected a mapping (key: value), found the text "student-tr"',
        ],
    ),
    (
        "setting",
        "slug: a\nname: A\npriority: 1\nrule: {}\n",
        [
            "f.yaml:4:7 rule.match: missing (add `match:`)",
        ],
    ),
    (
        "setting",
        "slug: a\nname: A\npriority: 1\nrule: {match: nobody, excpt: []}\n",
        [
            'f.yaml:4:15 rule.match: expected everyone, found the text "nobody"',
            "f.yaml:4:23 rule.excpt: no such field (did you mean except?)",
        ],
    ),
    (
        "setting",
        "slug: a\nname: A\npriority: 1\nrule: {raw: {slug: any-rule}, match: everyone}\n",
        [
            "f.yaml:4:31 rule.match: not allowed beside `raw`",
        ],
    ),
    (
        "setting",
        "slug: a\n"
        "name: A\n"
        "priority: 1\n"
        "rule:\n"
        "  match:\n"
        "    - {city: Bursa, country: TR}\n"
        "    - {email: {domian_is: [a.example]}}\n"
        "    - any: []\n"
        "    - city: {in: []}\n"
        "    - city: {missing: kep, eq: [a]}\n"
        "    - city: {in: {lists: a}}\n"
        "    - city:\n"
        "  except: {none: {city: Bursa}}\n",
        [
            "f.yaml:6:7 rule.match[0]: a condition has exactly one key: all, any, none, "
            "use or an attribute",
            "f.yaml:7:16 rule.match[1].email.domian_is: no such field (did you mean domain_is?)",
            "f.yaml:8:12 rule.match[2].any: is empty",
            "f.yaml:9:18 rule.match[3].city.in: is empty",
            "f.yaml:10:23 rule.match[4].city.missing: expected keep or drop, found the "
            'text "kep" (did you mean keep?)',
            "f.yaml:10:32 rule.match[4].city.eq: expected a text, a number or true or "
            "false, found a list with 1 item",
            "f.yaml:11:19 rule.match[5].city.in.lists: no such field (did you mean list?)",
            "f.yaml:12:12 rule.match[6].city: nothing is written after `city:` (write a "
            "value, or remove the line)",
            "f.yaml:13:18 rule.except.none: expected a list, found a mapping with 1 key",
        ],
    ),
    (
        "setting",
        "slug: a\nstate: absent\npriority: ten\nrulle: {}\n",
        [
            "f.yaml:3:1 priority: not allowed beside `state: absent`",
            "f.yaml:4:1 rulle: no such field (did you mean rule?)",
        ],
    ),
    (
        "setting",
        "state: absent\n",
        [
            "f.yaml:1:1 slug: missing (add `slug:`)",
        ],
    ),
    (
        "project",
        "version: 2\nenvironments: {}\n",
        [
            "f.yaml:1:10 version: expected 1, found the number 2",
            "f.yaml:2:15 environments: names no environment",
        ],
    ),
    (
        "project",
        "environments:\n"
        "  Prod: {url: https://a.example}\n"
        "  test: {channel: 0, url: '', confirm: maybe}\n",
        [
            "f.yaml:1:1 version: missing (add `version:`)",
            "f.yaml:2:3 environments.Prod: the name of an environment holds small letters, "
            "digits and - only, and begins with a letter",
            "f.yaml:2:9 environments.Prod.channel: missing (add `channel:`)",
            "f.yaml:3:19 environments.test.channel: 0 is less than the minimum of 1",
            "f.yaml:3:27 environments.test.url: is empty",
            'f.yaml:3:40 environments.test.confirm: expected true or false, found the text "maybe"',
        ],
    ),
    (
        "project",
        "version: 1\n"
        "environments:\n"
        "  test:\n"
        "    url: https://a.example\n"
        "    channel: 1\n"
        "    vars: {a-b: x, c: 1}\n"
        "    api: {paths: {customers: customers, groups: /g/}, page_size: 0, timeout_seconds: 0}\n",
        [
            "f.yaml:6:12 environments.test.vars.a-b: the name of a variable holds letters, "
            "digits and _ only, and does not begin with a digit",
            "f.yaml:6:23 environments.test.vars.c: expected a text, found the number 1 "
            "(put it in quotes if it is meant as a text)",
            "f.yaml:7:30 environments.test.api.paths.customers: must begin and end with a "
            "slash and hold no space",
            "f.yaml:7:41 environments.test.api.paths.groups: no such field (allowed here: "
            "customer_groups, customer_group_settings, customers, price_lists, "
            "stock_lists, login)",
            "f.yaml:7:66 environments.test.api.page_size: 0 is less than the minimum of 1",
            "f.yaml:7:86 environments.test.api.timeout_seconds: 0 is less than the minimum of 1",
        ],
    ),
    (
        "project",
        "version: 1\n"
        "environments: {test: {url: a, channel: 1}}\n"
        "ownership: {groups: mine, settings: {mode: declared, keep: [a]}, lists: all}\n"
        "guards: {max_delete_share: 30, max_member_removal_share: 130%, min_existing: -1}\n"
        "unknown_customers: ignore\n",
        [
            'f.yaml:3:21 ownership.groups: expected declared or all, found the text "mine"',
            "f.yaml:3:54 ownership.settings.keep: only with `mode: all`",
            "f.yaml:3:66 ownership.lists: no such field (allowed here: groups, settings)",
            "f.yaml:4:28 guards.max_delete_share: expected a share from 0% to 100%, such as 30%",
            "f.yaml:4:58 guards.max_member_removal_share: expected a share from 0% to "
            "100%, such as 30%",
            "f.yaml:4:78 guards.min_existing: -1 is less than the minimum of 0",
            'f.yaml:5:20 unknown_customers: expected warn or error, found the text "ignore"',
        ],
    ),
    (
        "list",
        "values: []\n",
        [
            "f.yaml:1:9 values: is empty",
        ],
    ),
    (
        "list",
        "review_by: next year\nvalues: [edu.tr, 34, true, '', edu.tr]\n",
        [
            "f.yaml:1:12 review_by: expected a date such as 2027-01-31",
            "f.yaml:2:18 values[1]: expected a text, found the number 34 (put it in quotes "
            "if it is meant as a text)",
            "f.yaml:2:22 values[2]: expected a text, found true (put it in quotes if it is "
            "meant as a text)",
            "f.yaml:2:28 values[3]: is empty",
            "f.yaml:2:32 values[4]: the same as item 1 of the list (remove one of the two)",
        ],
    ),
    (
        "attributes",
        "attributes: {}\n",
        [
            "f.yaml:1:13 attributes: names no attribute",
        ],
    ),
    (
        "attributes",
        "attributes:\n"
        "  City: {type: text}\n"
        "  gender: {type: enum}\n"
        "  city: {type: string, values: [Bursa], currency: lira}\n"
        "  email:\n",
        [
            "f.yaml:2:3 attributes.City: the name of an attribute holds small letters, "
            "digits and _ only, and begins with a letter",
            "f.yaml:2:16 attributes.City.type: expected boolean, enum, string, email, "
            'phone, integer, decimal, date, datetime or list, found the text "text"',
            "f.yaml:3:11 attributes.gender.values: missing (add `values:`)",
            "f.yaml:4:24 attributes.city.values: only with `type: enum`",
            "f.yaml:4:41 attributes.city.currency: no such field (allowed here: type, path, "
            "description, nullable, values, verifies, pii)",
            "f.yaml:5:9 attributes.email: nothing is written after `email:` (write a "
            "value, or remove the line)",
        ],
    ),
]

GOOD: list[tuple[str, str]] = [
    ("group", "name: VIP Customers\n"),
    ("group", "name: VIP\nmembers: {mode: at_least, files: [../members/vip.csv]}\n"),
    ("group", "name: VIP\nmembers: {customers: []}\n"),
    ("group", "name: VIP\nstate: absent\nrenamed_from: [Gold]\nnote: Gone\n"),
    ("setting", "slug: a\nstate: absent\n"),
    ("setting", "name: A\nslug: a\npriority: 0\nrule: {match: everyone}\n"),
    (
        "setting",
        "name: A\nslug: a\nstate: present\npriority: 1\nactive: false\nnote: Why not\n"
        "starts_at: 2026-09-01\nends_at: 2026-09-01T10:00:00+03:00\n"
        "rule:\n  match: {any: [{city: Bursa}, {none: [{country: {in: [TR], missing: keep}}]}]}\n"
        "  except: [{email: {domain_under: {list: alumni}, why: They keep it}}]\n"
        "display: {price_list: null, stock_list: online}\n",
    ),
    ("setting", "name: A\nslug: a\npriority: 1\nrule: {raw: {slug: any-rule, x: [1]}}\n"),
    ("project", "version: 1\nenvironments: {test: {url: '${URL}', channel: 1}}\n"),
    (
        "project",
        "version: 1\nenvironments:\n  a-1:\n    url: https://a.example\n    channel: 2\n"
        "    api: {paths: {customers: '/c/{channel}/'}, page_size: 5, timeout_seconds: 1.5}\n"
        "ownership: {groups: all, settings: {mode: all, keep: [x*]}}\n"
        "guards: {max_delete_share: 99.5%, max_member_removal_share: 1, min_existing: 0}\n",
    ),
    ("list", "values: [edu.tr]\nreview_by: 2027-01-31\nowner: crm\n"),
    ("attributes", "attributes: {email: {type: email}, g: {type: enum, values: [a]}}\n"),
]


def a_document(text: str) -> Document:
    document, problems = read_yaml(text.encode(), file="f.yaml")
    assert problems == ()
    assert document is not None
    return document


def a_value(content: JsonValue) -> Document:
    return Document("f.yaml", content, dict)


def lines_about(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{it.where} {it.message}" + (f" ({it.hint})" if it.hint else "") for it in problems]


@pytest.mark.parametrize(("name", "text", "expected"), BAD)
def test_every_fault_is_said_once_in_order_and_at_its_place(
    name: str, text: str, expected: list[str]
) -> None:
    assert lines_about(LAW.check(name, a_document(text))) == expected


@pytest.mark.parametrize(("name", "text", "expected"), BAD)
def test_without_the_quick_validator_the_same_is_said(
    name: str, text: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    assert lines_about(Law(SCHEMAS).check(name, a_document(text))) == expected


@pytest.mark.parametrize(("name", "text"), GOOD)
def test_a_good_document_has_no_problem(name: str, text: str) -> None:
    assert LAW.check(name, a_document(text)) == ()


def test_an_unknown_field_and_a_wrong_value_have_different_codes() -> None:
    found = LAW.check("group", a_document("name: 5\ncolour: red\n"))
    assert [problem.code for problem in found] == ["CG-F06", "CG-F05"]


def test_a_good_document_never_costs_the_import_of_the_slow_validator() -> None:
    program = """
import sys
from cg_sync.core.document import Document
from cg_sync.core.schema import Law
from cg_sync.files.schemas import read_schemas
assert Law(read_schemas()).check("group", Document("f.yaml", {"name": "VIP"}, dict)) == ()
sys.exit("jsonschema" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_a_missing_field_is_named_when_its_misspelling_stands_elsewhere() -> None:
    found = LAW.check("group", a_document("members: {customers: [], nam: VIP}\n"))
    assert [(problem.code, problem.message) for problem in found] == [
        ("CG-F06", "name: missing"),
        ("CG-F05", "members.nam: no such field"),
    ]


def test_an_unknown_schema_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="grop"):
        LAW.check("grop", a_document("name: VIP\n"))


def test_what_another_check_knows_better_is_left_out() -> None:
    document = a_document("slug: a b\nname: A\npriority: 1\nrule: {mach: [], match: {}}\n")
    outside = ["f.yaml:1:7 slug: letters, digits, - and _ only"]
    assert lines_about(LAW.check("setting", document, leaving=(("rule",),))) == outside


def test_leaving_out_a_value_does_not_leave_out_that_it_is_missing() -> None:
    document = a_document("slug: a\nname: A\npriority: 1\n")
    missing = ["f.yaml:1:1 rule: missing (add `rule:`)"]
    assert lines_about(LAW.check("setting", document, leaving=(("rule",),))) == missing


def test_the_deepest_rule_a_file_can_hold_is_checked_to_its_end() -> None:
    rule: JsonValue = {"city": {"in": []}}
    steps: Pointer = ("city", "in")
    for _ in range(29):  # two levels each: with the rest, the 64 that the reader allows
        rule, steps = {"all": [rule]}, ("all", 0, *steps)
    content: JsonObject = {"name": "A", "slug": "a", "priority": 1, "rule": {"match": rule}}
    message = "rule.match." + "all[0]." * 29 + "city.in: is empty"
    assert LAW.check("setting", a_value(content)) == (
        Problem("CG-F06", message, Position("f.yaml")),
    )


def test_a_text_that_is_no_unicode_is_still_judged() -> None:
    assert LAW.check("group", a_value({"name": "\ud800"})) == ()


def test_long_names_and_texts_are_cut() -> None:
    key, text = "k" * 500, "t" * 500
    found = LAW.check("group", a_value({"name": "VIP", "state": text, key: 1}))
    said = {problem.message for problem in found}
    assert said == {
        f'state: expected present or absent, found the text "{"t" * 59}…"',
        f"{'k' * 59}…: no such field",
    }


def test_a_long_list_of_texts_and_numbers_is_checked_in_linear_time() -> None:
    values: list[JsonValue] = [str(number) for number in range(20_000)]
    found = LAW.check("list", a_value({"values": [*values, 7]}))
    assert [problem.message for problem in found] == [
        "values[20000]: expected a text, found the number 7"
    ]


OTHER: list[tuple[JsonObject, JsonValue, str]] = [
    ({"minItems": 3}, [1, 2], "has 2 items, the minimum is 3"),
    ({"maxItems": 1}, [1, 2], "has 2 items, the maximum is 1"),
    ({"minLength": 3}, "a", "has 1 letter, the minimum is 3"),
    ({"pattern": "^a$"}, "b", "not allowed by the schema (pattern)"),
    ({"pattern": "^a\\$"}, "a", "not allowed by the schema (pattern)"),
    ({"multipleOf": 2}, 3, "not allowed by the schema (multipleOf)"),
    ({"type": "null"}, {"a": 1, "b": 2}, "expected nothing, found a mapping with 2 keys"),
    ({"type": "string"}, False, "expected a text, found false"),
    ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "ab: has 2 letters, the maximum is 1"),
    ({"properties": {"a": False}}, {"a": 1}, "not allowed here"),
    ({"enum": [[None]]}, [None], ""),
    ({"uniqueItems": True, "maximum": 1}, 5, "5 is more than the maximum of 1"),
    ({"uniqueItems": False, "maxItems": 1}, [1, 1], "has 2 items, the maximum is 1"),
    ({"items": {"pattern": "^a\\$"}, "maxItems": 1}, ["a$", "a$"], "has 2 items"),
    ({"enum": ["a"], "type": "string"}, 5, "expected a text, found the number 5"),
    ({"uniqueItems": True}, [1, 1], "[1]: the same as item 1 of the list"),
    ({"maximum": 1}, 10**70, f"1{'0' * 58}… is more than the maximum of 1"),
    ({"type": "array", "items": {"enum": ["a"]}}, [[None]], "[0]: expected a, found a list"),
]


@pytest.mark.parametrize(("schema", "content", "message"), OTHER)
def test_schemas_of_other_people_are_worded_too(
    schema: JsonObject, content: JsonValue, message: str
) -> None:
    found = Law({"other": schema}).check("other", a_value(content))
    assert "".join(problem.message for problem in found).startswith(message)
    assert bool(found) == bool(message)


def test_more_names_than_one_reads_are_counted() -> None:
    names = [f"field{number}" for number in range(18)]
    schema: JsonObject = {"properties": dict.fromkeys(names, True), "additionalProperties": False}
    (problem,) = Law({"other": schema}).check("other", a_value({"x": 1}))
    assert problem.hint == f"allowed here: {', '.join(names[:16])} and 2 more"


# ── the schemas themselves ───────────────────────────────────────────────────────────────────────


def walk(schema: Any, pointer: str = "#") -> Iterator[tuple[str, Any]]:
    """Every subschema, other than conditions (`if`), with its JSON pointer."""
    yield pointer, schema
    if not isinstance(schema, Mapping):
        return
    for keyword in ("properties", "$defs"):
        for name, inner in schema.get(keyword, {}).items():
            yield from walk(inner, f"{pointer}/{keyword}/{name}")
    for keyword in ("items", "additionalProperties", "propertyNames", "then", "else"):
        if keyword in schema:
            yield from walk(schema[keyword], f"{pointer}/{keyword}")


PLACES = [
    pytest.param(name, pointer, schema, id=f"{name}{pointer}")
    for name, root in SCHEMAS.items()
    for pointer, schema in walk(root)
    if isinstance(schema, Mapping)
]
FIELDS = [place for place in PLACES if re.search(r"/properties/\w+$", str(place.values[1]))]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_obeys_the_metaschema_and_has_a_name(name: str) -> None:
    schema: Any = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://cg-sync.invalid/schemas/{name}.schema.json"
    assert {"title", "description", "examples"} <= set(schema)


@pytest.mark.parametrize(("name", "pointer", "schema"), FIELDS)
def test_every_field_says_in_an_editor_what_it_is(name: str, pointer: str, schema: Any) -> None:
    assert {"title", "description", "examples"} <= set(schema), f"{name} {pointer}"
    assert schema["description"].endswith(".")


@pytest.mark.parametrize(("name", "pointer", "schema"), PLACES)
def test_no_object_takes_unknown_fields_by_accident(name: str, pointer: str, schema: Any) -> None:
    assert ("properties" in schema) <= ("additionalProperties" in schema), f"{name} {pointer}"


@pytest.mark.parametrize(("name", "pointer", "schema"), PLACES)
def test_no_union_is_written_so_that_its_messages_are_poor(
    name: str, pointer: str, schema: Any
) -> None:
    assert not {"oneOf", "anyOf"} & set(schema), f"{name} {pointer}"


@pytest.mark.parametrize(("name", "pointer", "schema"), PLACES)
def test_examples_and_defaults_obey_their_own_schema(name: str, pointer: str, schema: Any) -> None:
    root: Any = SCHEMAS[name]
    registry: Any = Registry().with_resource(root["$id"], Resource.from_contents(root))
    validator = Draft202012Validator({"$ref": root["$id"] + pointer}, registry=registry)
    defaults = [schema["default"]] if "default" in schema else []
    for value in [*schema.get("examples", []), *defaults]:
        validator.validate(value)


@pytest.mark.parametrize(("name", "pointer", "schema"), FIELDS)
def test_every_field_is_in_the_user_s_page(name: str, pointer: str, schema: Any) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    field = pointer.rsplit("/", 1)[1]
    chapter = page.split(f"<!-- {name} -->", 1)[1].split("<!-- end -->", 1)[0]
    assert re.search(rf"^\| `([\w.]+(\[\])?\.)?{field}` \|", chapter, re.MULTILINE), (
        f"{name} {pointer}"
    )


def test_the_project_of_this_repository_is_a_good_example() -> None:
    assert LAW.check("project", a_document((ROOT / "cg-sync.yaml").read_text("utf-8"))) == ()


# ── both validators ──────────────────────────────────────────────────────────────────────────────

SEEDS: list[tuple[str, JsonValue]] = [
    *((name, a_document(text).content) for name, text, _ in BAD),
    *((name, a_document(text).content) for name, text in GOOD),
    *((name, it) for name, schema in SCHEMAS.items() for it in schema["examples"]),  # type: ignore[union-attr]
]
QUICK = {name: jsonschema_rs.Draft202012Validator(dict(it)) for name, it in SCHEMAS.items()}

SHARES_AND_DATES = ["30%", "101%", "2026-09-01", "2026-13-01", "2026-09-01\n"]
WORDS = ["absent", "everyone", "enum", "all", "declared", "A-b", "A b", "a@b", "#1", "/", "//"]
odd_texts = st.sampled_from([*SHARES_AND_DATES, *WORDS, "", " ", "a\n", "é", "٣", "ａ", "x" * 256])
odd_values = st.recursive(
    st.none() | st.booleans() | st.sampled_from([-1, 0, 1, 1.0, 0.5, 10**20, 1e300]) | odd_texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            odd_texts | st.sampled_from(["name", "state", "raw", "match", "mode", "keep", "list"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places_in(value: JsonValue, pointer: Pointer = ()) -> Iterator[Pointer]:
    yield pointer
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places_in(inner, (*pointer, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places_in(inner, (*pointer, index))


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, JsonValue]:
    """A document with one value replaced, removed, or put in under another name."""
    name, seed = draw(st.sampled_from(SEEDS))
    content: Any = copy.deepcopy(seed)
    pointer = draw(st.sampled_from(list(places_in(seed))))
    if not pointer:
        return name, draw(odd_values)
    parent = content
    for step in pointer[:-1]:
        parent = parent[step]
    match draw(st.sampled_from(["replace", "remove", "rename"])):
        case "replace":
            parent[pointer[-1]] = draw(odd_values)
        case "remove":
            del parent[pointer[-1]]
        case _ if isinstance(parent, dict):
            parent[draw(odd_texts)] = parent.pop(pointer[-1])
        case _:
            parent.append(parent[pointer[-1]])
    return name, content


@pytest.mark.parametrize(("name", "content"), SEEDS)
def test_both_validators_agree_about_the_documents_above(name: str, content: JsonValue) -> None:
    assert QUICK[name].is_valid(content) == (LAW.check(name, a_value(content)) == ())


@given(mutants())
@settings(deadline=None)
def test_both_validators_agree_about_documents_nobody_thought_of(
    mutant: tuple[str, JsonValue],
) -> None:
    name, content = mutant
    slow = Draft202012Validator(dict(SCHEMAS[name]))
    if "\\n" not in repr(content):  # where Python's `$` is another; the law's own validator is not
        assert QUICK[name].is_valid(content) == slow.is_valid(content)
    problems = LAW.check(name, a_value(content))
    assert QUICK[name].is_valid(content) == (problems == ())
    assert len({(it.message, it.where) for it in problems}) == len(problems)
