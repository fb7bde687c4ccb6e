"""`explain`: customers of a shop, of test files and handed in; it asks little, writes nothing."""

from __future__ import annotations

import json

import pytest

from cg_sync.cli.main import main
from tests.conftest import ATTRIBUTES, PROJECT, Project
from tests.shop import SandboxShop

MORE = """
  groups: {type: list, path: "@static_groups"}
  orders: {type: integer, path: extra_field.orders}
  birthdate: {type: date, path: date_of_birth}
  phone: {type: phone, path: phone_number, pii: direct}
"""
STUDENTS = """
name: Students
slug: student-discount
priority: 20
rule:
  match:
    - email: {domain_under: [edu.tr]}
    - email_verified: true
    - is_active: true
  except:
    - email: {domain_under: [mezun.ornek-universitesi.edu.tr]}
    - groups: {has_any: [Staff]}
"""
VIP = """
name: VIP
slug: vip
priority: 10
display: {price_list: vip}
rule:
  match:
    - groups: {has_any: [VIP, Gold]}
"""
BIRTHDAY = """
name: Birthday
slug: birthday
priority: 30
rule:
  match:
    - birthdate: {anniversary: {within_next: 7d}}
    - phone: {country_code_in: ["90"]}
"""
STUDENT = "ayse.yilmaz@ogr.ornek-universitesi.edu.tr"
ALUMNA = "elif.sahin@mezun.ornek-universitesi.edu.tr"
NOW = "2026-11-21T10:00"


@pytest.fixture
def files(project: Project) -> Project:
    """Three settings, and the words they use."""
    project.write("attributes.yaml", ATTRIBUTES.rstrip() + MORE)
    project.write("settings/student-discount.yaml", STUDENTS)
    project.write("settings/vip.yaml", VIP)
    project.write("settings/birthday.yaml", BIRTHDAY)
    return project


@pytest.fixture
def there(files: Project, shop_project: Project) -> Project:
    """The same, with a shop."""
    assert files is shop_project
    return files


def test_a_customer_of_the_shop_is_explained_in_full(there: Project) -> None:
    ran = there.run("explain", ALUMNA, "--setting", "student-discount", "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "student-discount: EXCLUDED(except[0]) → the customer gets DEFAULT",
        "e***@mezun.ornek-universitesi.edu.tr (pk 2), by the files, as of 2026-11-21 10:00 "
        "Europe/Istanbul",
        "price list: the shop's own, stock list: the shop's own",
        "decided in settings/student-discount.yaml:10:7",
        "",
        "✓ match",
        "  ✓ e-mail domain is at or below edu.tr                           "
        "…@mezun.ornek-universitesi.edu.tr",
        "  ✓ email_verified is true                                        true",
        "  ✓ is_active is true                                             true",
        "! except",
        "  ! e-mail domain is at or below mezun.ornek-universitesi.edu.tr  "
        "…@mezun.ornek-universitesi.edu.tr",
        "  · is in the group Staff                                         []",
        "",
        "Would match if (1 change):",
        "  no more: e-mail domain is at or below mezun.ornek-universitesi.edu.tr  such as …@edu.tr",
        "The customer would then get student-discount.",
        "",
        "Other settings, by priority:",
        "  10  vip       NO_MATCH(match[0])  settings/vip.yaml:7:7",
        "  30  birthday  NO_MATCH(match[0])  settings/birthday.yaml:6:7",
    ]


def test_without_a_setting_the_one_that_wins_is_told(there: Project) -> None:
    ran = there.run("explain", STUDENT.upper(), "--now", NOW)
    assert ran.out.startswith("student-discount: WON → the customer gets student-discount\n")
    assert "Would match" not in ran.out


@pytest.mark.parametrize(
    "key", ["pk:2", f"email:{ALUMNA}", f" {ALUMNA.upper()} ", "phone_number:00 90 (500) 000-0002"]
)
def test_every_key_leads_to_the_same_customer(there: Project, key: str) -> None:
    ran = there.run("explain", key, "--format", "json", "--now", NOW)
    assert ran.code == 0, ran.err
    assert ran.data["customer"] == "e***@mezun.ornek-universitesi.edu.tr (pk 2)"


def test_an_erp_code_is_a_key(there: Project) -> None:
    ran = there.run("explain", "erp_code:B2B-0001", "--format", "json")
    assert ran.data["customer"] == "h***@toptan.example (pk 4)"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("pk:999999", "channel 1 has no customer with the pk 999999"),
        ("nobody@example.com", "channel 1 has no customer with the email n***@example.com"),
        ("erp_code:nobody", "channel 1 has no customer with the erp_code n***"),
    ],
)
def test_a_customer_whom_the_shop_does_not_have_is_exit_code_7(
    there: Project, key: str, words: str
) -> None:
    ran = there.run("explain", key)
    assert (ran.code, ran.out) == (7, "")
    assert words in ran.err


def test_a_key_of_several_customers_names_their_pks(there: Project, shop: SandboxShop) -> None:
    path = f"/api/v1/channel/{shop.channel}/customers/"
    before = [it["erp_code"] for it in shop.customers()[:2]]
    for pk in (1, 2):
        shop.call("PATCH", f"{path}{pk}/", json={"erp_code": "TWICE"})
    try:
        ran = there.run("explain", "erp_code:TWICE")
    finally:
        for pk, code in zip((1, 2), before, strict=True):
            shop.call("PATCH", f"{path}{pk}/", json={"erp_code": code})
    assert ran.code == 64
    assert "2 customers have the erp_code T***" in ran.err
    assert "name one by its pk: pk:1, pk:2" in ran.err


@pytest.mark.parametrize("what", ["ayse", "pk:x", "pk:", "name:Ayşe", "", "pk:" + "9" * 5000])
def test_what_names_no_customer_is_wrong_usage(project: Project, what: str) -> None:
    ran = project.run("explain", what)
    assert ran.code == 64
    assert "names no customer" in ran.err


# --- groups


def test_groups_are_asked_of_the_shop_and_only_those_that_rules_name(
    there: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [2, 3])
    shop.make_group("Other", [2])
    shop.call("DELETE", "/_sandbox/requests/")
    ran = there.run("explain", "pk:2", "--now", NOW, "--format", "json")
    assert ran.data["winner"] == "vip"
    (vip, *_) = ran.data["settings"]
    assert vip["tree"][0]["children"][0]["value"] == ["VIP"]
    assert {verb for verb, _, _ in shop.seen()} == {"GET"}
    # The customer, the groups, and the members of one.
    assert len(shop.seen()) == 3


def test_a_group_whose_members_the_files_name_counts_as_they_say(
    there: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [2])
    there.write("groups/vip.yaml", f"name: VIP\nmembers: {{customers: [{STUDENT}]}}\n")
    assert there.run("explain", "pk:1", "--format", "json").data["winner"] == "vip"
    assert there.run("explain", "pk:2", "--now", NOW, "--format", "json").data["winner"] == (
        "DEFAULT"
    )


def test_members_of_a_group_that_may_have_others_are_those_of_files_and_shop(
    there: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [2])
    there.write(
        "groups/vip.yaml", f"name: VIP\nmembers: {{mode: at_least, customers: [{STUDENT}]}}\n"
    )
    winners = [
        there.run("explain", f"pk:{pk}", "--now", NOW, "--format", "json").data["winner"]
        for pk in (1, 2, 3)
    ]
    assert winners == ["vip", "vip", "DEFAULT"]


def test_a_group_that_the_files_rename_has_the_members_of_its_former_name(
    there: Project, shop: SandboxShop
) -> None:
    shop.make_group("Old Gold", [3])
    there.write("groups/gold.yaml", "name: Gold\nrenamed_from: [Old Gold]\n")
    assert there.run("explain", "pk:3", "--format", "json").data["winner"] == "vip"


def test_what_is_explained_is_what_the_shop_does_once_it_is_applied(
    there: Project, shop: SandboxShop
) -> None:
    there.write("settings/vip.yaml", VIP.replace("display: {price_list: vip}\n", ""))
    there.write("groups/vip.yaml", "name: VIP\nmembers: {customers: [mehmet.demir@example.com]}\n")
    there.write("groups/gold.yaml", "name: Gold\n")
    there.write("groups/staff.yaml", "name: Staff\nmembers: {customers: []}\n")
    applied = there.run("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    winners = set()
    for customer in shop.customers()[:25]:
        now = "2026-02-25T10:00:00+03:00"
        ran = there.run("explain", f"pk:{customer['pk']}", "--now", now, "--format", "json")
        path = f"{shop.remote}/customer_group_settings/resolve/"
        resolved = shop.call("GET", path, params={"customer": customer["pk"], "now": now})
        setting = resolved["setting"]
        assert ran.data["winner"] == (setting["slug"] if setting else "DEFAULT")
        winners.add(ran.data["winner"])
    assert winners == {"vip", "student-discount", "birthday", "DEFAULT"}


# --- customers who are in no shop


RULE_TESTS = """
version: 1
now: 2026-11-21T10:00
customers:
  ayse: {email: test.ayse@cs.boun.edu.tr, email_verified: true, is_active: true}
  gold: {extends: ayse, groups: [Gold]}
  birthday: {email: test@example.com, birthdate: 1990-11-24, phone: "+905550001122"}
tests:
  - {name: students, customer: ayse, of: student-discount, expect: true}
"""


@pytest.mark.parametrize(
    ("name", "winner"), [("ayse", "student-discount"), ("gold", "vip"), ("birthday", "birthday")]
)
def test_a_customer_of_a_rule_test_file_is_explained_at_its_time(
    files: Project, name: str, winner: str
) -> None:
    files.write("rule-tests/students.yaml", RULE_TESTS)
    ran = files.run("explain", "--fixture", name, "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.data["winner"] == winner
    assert ran.data["as_of"] == "2026-11-21T10:00:00+03:00"
    assert ran.data["customer"] == f"{name} of rule-tests/students.yaml"


def test_a_time_that_is_given_counts_more_than_that_of_the_file(files: Project) -> None:
    files.write("rule-tests/students.yaml", RULE_TESTS)
    ran = files.run("explain", "--fixture", "birthday", "--now", "2026-12-01", "--format", "json")
    assert (ran.data["winner"], ran.data["as_of"]) == ("DEFAULT", "2026-12-01T00:00:00+03:00")


def test_a_name_of_several_files_is_chosen_by_the_file(files: Project) -> None:
    files.write("rule-tests/a.yaml", RULE_TESTS)
    files.write(
        "rule-tests/b.yaml", RULE_TESTS.replace("email_verified: true", "email_verified: false")
    )
    ran = files.run("explain", "--fixture", "ayse")
    assert ran.code == 64
    assert "several files have a customer ayse: rule-tests/a.yaml, rule-tests/b.yaml" in ran.err
    chosen = files.run("explain", "--fixture", "ayse", "--file", "rule-tests/b.yaml")
    assert chosen.out.startswith("DEFAULT: no setting selects the customer")


def test_a_name_that_no_file_has_is_wrong_usage(files: Project) -> None:
    files.write("rule-tests/a.yaml", RULE_TESTS)
    ran = files.run("explain", "--fixture", "aise")
    assert (ran.code, "did you mean ayse?" in ran.err) == (64, True)


def test_a_record_in_a_file_is_explained_without_a_shop(files: Project) -> None:
    files.write(
        "cg-sync.yaml", PROJECT.replace("CG_SYNC_SANDBOX_URL:-http://127.0.0.1:9", "NO_URL")
    )
    record = {"email": STUDENT, "is_active": True, "@static_groups": ["VIP"]}
    files.write("customer.json", json.dumps(record))
    ran = files.run("explain", "--customer-file", "customer.json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("vip: WON → the customer gets vip\nthe customer of customer.json, ")


def test_a_raw_rule_is_not_guessed_at(files: Project) -> None:
    raw = "name: Basket\nslug: basket\npriority: 1\nrule: {raw: {slug: basket-rule}}\n"
    files.write("settings/basket.yaml", raw)
    files.write("customer.json", json.dumps({"@static_groups": ["VIP"]}))
    asked = ("explain", "--customer-file", "customer.json", "--setting", "basket")
    ran = files.run(*asked)
    assert ran.out.startswith("basket: UNKNOWN → the customer gets vip\n")
    assert "not certain: basket comes first and may win; its rule is raw\n" in ran.out
    data = files.run(*asked, "--format", "json").data
    assert (data["certain"], data["counterfactual"]) == (False, None)


@pytest.mark.parametrize("time", ["0001-01-01", "9999-12-31T23:30Z"])
def test_a_time_at_an_end_of_the_calendar_is_refused(files: Project, time: str) -> None:
    files.write("customer.json", "{}")
    ran = files.run("explain", "--customer-file", "customer.json", "--now", time)
    assert (ran.code, "is too near an end of the calendar" in ran.err) == (64, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "customer.json:1:2: not JSON CG-F02"),
        ("[]", "customer.json:1:1: not one customer record CG-F06"),
        ("\x00\xff", "not JSON CG-F02"),
        ("[" * 200_000, "customer.json:1:1: nested deeper than 64 levels CG-F02"),
        ('{"a":' * 65 + "1" + "}" * 65, "nested deeper than 64 levels CG-F02"),
    ],
)
def test_a_file_that_is_no_record_is_exit_code_3(files: Project, text: str, words: str) -> None:
    files.write("customer.json", text)
    ran = files.run("explain", "--customer-file", "customer.json")
    assert (ran.code, words in ran.err) == (3, True), ran.err


def test_a_record_that_is_not_there_is_exit_code_3(files: Project) -> None:
    ran = files.run("explain", "--customer-file", "nowhere.json")
    assert (ran.code, "CG-F01" in ran.err) == (3, True)


# --- codes, usage, the result file


@pytest.mark.parametrize("code", ["CG-F05", "cg-f05"])
def test_a_code_is_explained_without_a_project(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", code]) == 0
    out = capsys.readouterr().out
    assert out.startswith("CG-F05: no such field\n")
    assert "`cg-sync schema KIND`" in out


def test_a_code_is_explained_to_machines_too(project: Project) -> None:
    data = project.run("explain", "CG-F05", "--format", "json").data
    assert (data["code"], data["title"]) == ("CG-F05", "no such field")
    assert data["advice"].startswith("The schema does not know")


def test_a_code_that_does_not_exist_is_wrong_usage(project: Project) -> None:
    ran = project.run("explain", "CG-F055")
    assert (ran.code, "did you mean CG-F05" in ran.err) == (64, True)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("pk:1", "--fixture", "ayse"),
        ("--fixture", "ayse", "--customer-file", "c.json"),
        ("pk:1", "--file", "cg-sync.yaml"),
        ("pk:1", "--now", "soon"),
        ("pk:1", "--setting", "vipp"),
    ],
)
def test_what_cannot_be_answered_is_wrong_usage(files: Project, arguments: tuple[str, ...]) -> None:
    ran = files.run("explain", *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("error: ")


def test_files_with_errors_are_shown_and_nothing_is_asked(
    there: Project, shop: SandboxShop
) -> None:
    there.write("settings/vip.yaml", VIP.replace("slug: vip", "slugg: vip"))
    ran = there.run("explain", "pk:1")
    assert (ran.code, "CG-F05" in ran.err) == (3, True)
    assert shop.seen() == []


def test_the_result_file_says_who_wins_and_names_nobody(there: Project) -> None:
    ran = there.run("explain", STUDENT, "--now", NOW, "--result-file", "r.json")
    assert ran.code == 0
    result = json.loads((there.root / "r.json").read_text())
    assert result == {"exit_code": 0, "outcome": "done", "winner": "student-discount"}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("setting", ["student-discount", "vip", "birthday"])
def test_neither_address_nor_phone_number_is_printed(
    there: Project, form: str, setting: str
) -> None:
    ran = there.run("explain", ALUMNA, "--setting", setting, "--format", form)
    assert ran.code == 0
    for secret in ("elif", "sahin", "Elif", "Şahin", "905000000002", "5000000002"):
        assert secret not in ran.out + ran.err


def test_an_address_costs_a_few_reading_calls(there: Project, shop: SandboxShop) -> None:
    for slug in ("student-discount", "vip"):
        (there.root / "settings" / f"{slug}.yaml").unlink()
    assert there.run("explain", STUDENT).code == 0
    # How many customers there are, who has the address, and the record.
    assert [verb for verb, _, _ in shop.seen()] == ["GET", "GET", "GET"]
