"""How documents become wants, and all that can be wrong with them by themselves and together."""

from __future__ import annotations

from collections.abc import Mapping

from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.members import MemberKeys, Membership
from cg_sync.core.schema import Law
from cg_sync.core.state import Desired, Tombstone, Wanted, make_desired
from cg_sync.errors import Position, Problem, Severity
from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds import KINDS
from cg_sync.kinds.customer_group import CustomerGroup
from cg_sync.kinds.customer_group_setting import CustomerGroupSetting
from tests.builders import a_context, a_document, a_group, a_rule, a_setting, wanting

LAW = Law(read_schemas())

SPRING: dict[str, JsonValue] = {
    "name": "Spring",
    "slug": "spring",
    "priority": 10,
    "rule": {"match": [{"city": "Bursa"}]},
}


def desired_of(
    *documents: Document, listed: Mapping[str, MemberKeys] | None = None
) -> tuple[Desired, tuple[Problem, ...]]:
    """What the documents of both folders say, and what is wrong with them."""
    by_kind = {
        kind.name: [it for it in documents if it.file.startswith(kind.folder)] for kind in KINDS
    }
    return make_desired(by_kind, kinds=KINDS, law=LAW, context=a_context(), listed=listed or {})


def group(name: str, file: str, **fields: JsonValue) -> Document:
    return a_document({"name": name, **fields}, file=f"groups/{file}.yaml")


def setting(slug: str, **fields: JsonValue) -> Document:
    content = {**SPRING, "name": slug.title(), "slug": slug, **fields}
    return a_document(content, file=f"settings/{slug}.yaml")


def test_no_documents_want_nothing() -> None:
    assert make_desired({}, kinds=KINDS, law=LAW, context=a_context(), listed={}) == (
        Desired({}, {}),
        (),
    )


def test_documents_of_every_kind_are_read() -> None:
    vip, spring = group("VIP", "vip"), setting("spring")
    assert desired_of(vip, spring) == (wanting(a_group("VIP"), a_setting("spring")), ())


def test_former_names_are_kept_in_order() -> None:
    document = group("VIP", "vip", renamed_from=["Gold", "Best"])
    assert desired_of(document) == (wanting(a_group("VIP", renamed_from=["Gold", "Best"])), ())


def test_state_present_says_nothing_new() -> None:
    document = group("VIP", "vip", state="present")
    wanted = Wanted(Address("customer_group", "VIP"), CustomerGroup(name="VIP"), document)
    assert desired_of(document) == (Desired({wanted.address: wanted}), ())


def test_state_absent_is_a_tombstone() -> None:
    gone = group("VIP", "vip", state="absent")
    ended = a_document({"slug": "spring", "state": "absent"}, file="settings/spring.yaml")
    addresses = Address("customer_group", "VIP"), Address("customer_group_setting", "spring")
    tombstones = Tombstone(addresses[0], gone), Tombstone(addresses[1], ended)
    assert desired_of(gone, ended) == (
        Desired({}, dict(zip(addresses, tombstones, strict=True))),
        (),
    )


def test_all_problems_come_at_once_and_what_is_sound_is_in_the_result() -> None:
    documents = (
        group("VIP", "vip"),
        group("Gold", "gold", colour="red"),
        a_document({"members": {}}, file="groups/nameless.yaml"),
        setting("spring"),
        setting("summer", priority=20, rule={"match": [{"cty": "Bursa"}]}),
    )
    desired, problems = desired_of(*documents)
    assert desired == wanting(a_group("VIP"), a_setting("spring"))
    assert [(str(it.where), it.code, it.message) for it in problems] == [
        ("groups/gold.yaml:2:1", "CG-F05", "colour: no such field"),
        ("groups/nameless.yaml:1:1", "CG-F06", "name: missing"),
        ("groups/nameless.yaml:1:9", "CG-F06", "members: needs customers, files or both"),
        ("settings/summer.yaml:7:1", "CG-F21", "rule.match[0].cty: no such attribute"),
    ]


def test_a_document_with_a_bad_shape_is_told_what_is_wrong_with_its_rule_too() -> None:
    document = setting("spring", priority=-1, rule={"match": [{"cty": "Bursa"}]})
    desired, problems = desired_of(document)
    assert desired == Desired({}, {})
    assert [(it.code, it.message) for it in problems] == [
        ("CG-F06", "priority: -1 is less than the minimum of 0"),
        ("CG-F21", "rule.match[0].cty: no such attribute"),
    ]


def test_what_is_wrong_in_a_rule_is_said_once_by_those_who_know_rules() -> None:
    _, problems = desired_of(setting("spring", rule={"match": 5}))
    assert [(it.code, it.message) for it in problems] == [
        ("CG-F24", "rule.match: 5 is not a condition")
    ]


def test_a_warning_does_not_keep_a_resource_out() -> None:
    document = a_document(SPRING, file="settings/summer.yaml")
    desired, problems = desired_of(document)
    spec = CustomerGroupSetting(name="Spring", slug="spring", priority=10, rule=a_rule())
    wanted = Wanted(Address("customer_group_setting", "spring"), spec, document)
    assert desired == Desired({wanted.address: wanted}, {})
    assert [(it.code, it.severity) for it in problems] == [("CG-F14", Severity.WARNING)]


def test_two_files_cannot_want_one_name() -> None:
    _, problems = desired_of(group("VIP", "a"), group("VIP", "b"))
    assert problems == (
        Problem(
            "CG-F07",
            "name: VIP is already the name of groups/a.yaml:1:9",
            Position("groups/b.yaml", 1, 9),
            "each group has one file; rename or remove one of the two",
        ),
    )


def test_names_that_differ_in_case_alone_are_one_name() -> None:
    _, problems = desired_of(group("Große", "a"), group("GROSSE", "b"), group("grosse", "c"))
    there = "is already the name of groups/a.yaml:1:9 (there in other letters: Große)"
    assert [(str(it.where), it.message) for it in problems] == [
        ("groups/b.yaml:1:9", f"name: GROSSE {there}"),
        ("groups/c.yaml:1:9", f"name: grosse {there}"),
    ]


def test_one_name_cannot_be_wanted_and_absent() -> None:
    _, problems = desired_of(group("VIP", "a", state="absent"), group("VIP", "b"))
    assert [(it.code, str(it.where)) for it in problems] == [("CG-F07", "groups/b.yaml:1:9")]


def test_a_group_and_a_setting_may_have_one_name() -> None:
    assert desired_of(group("spring", "spring"), setting("spring"))[1] == ()


def test_a_resource_was_never_renamed_from_its_own_name() -> None:
    _, problems = desired_of(group("VIP", "vip", renamed_from=["Gold", "VIP"]))
    assert problems == (
        Problem(
            "CG-F13",
            "renamed_from: VIP is the present name",
            Position("groups/vip.yaml", 4, 9),
            "name only what it was called before",
        ),
    )


def test_one_former_name_cannot_lead_to_two_resources() -> None:
    _, problems = desired_of(
        group("VIP", "a", renamed_from=["Gold"]), group("Best", "b", renamed_from=["Old", "Gold"])
    )
    assert problems == (
        Problem(
            "CG-F13",
            "renamed_from: Gold also leads to VIP (groups/a.yaml:2:9)",
            Position("groups/b.yaml", 4, 9),
            "one group cannot become two; keep it in one of the files",
        ),
    )


def test_active_settings_with_one_priority_are_held_against_each_other() -> None:
    _, problems = desired_of(setting("spring"), setting("summer"))
    assert [(it.code, str(it.where)) for it in problems] == [("CG-F12", "settings/summer.yaml:3:9")]


def membership_of(
    *customers: JsonValue, listed: MemberKeys | None = None, **fields: JsonValue
) -> tuple[Membership | None, tuple[Problem, ...]]:
    document = group("VIP", "vip", members={"customers": list(customers), **fields})
    in_lists = {document.file: listed} if listed is not None else {}
    desired, problems = desired_of(document, listed=in_lists)
    return desired.wanted[Address("customer_group", "VIP")].membership, problems


def test_a_group_without_members_leaves_membership_alone() -> None:
    desired, _ = desired_of(group("VIP", "vip"))
    assert desired.wanted[Address("customer_group", "VIP")].membership is None


def test_lists_of_a_group_without_members_do_not_count() -> None:
    listed = {"groups/vip.yaml": MemberKeys({"email": {"a@x.example"}})}
    desired, _ = desired_of(group("VIP", "vip"), listed=listed)
    assert desired == wanting(a_group("VIP"))


def test_an_empty_list_of_customers_wants_nobody() -> None:
    assert membership_of() == (Membership("exact", MemberKeys({})), ())


def test_customers_are_named_by_any_key_in_any_spelling() -> None:
    written: tuple[JsonValue, ...] = (
        "Ayse@Example.com",
        {"email": "burak@example.com"},
        {"pk": 77},
        {"erp_code": "C-1"},
        {"phone_number": "+90 555"},
    )
    keys = MemberKeys(
        {
            "email": {"ayse@example.com", "burak@example.com"},
            "pk": {"77"},
            "erp_code": {"C-1"},
            "phone_number": {"+90555"},
        }
    )
    assert membership_of(*written, mode="at_least") == (Membership("at_least", keys), ())


def test_members_of_the_file_and_of_its_lists_are_united() -> None:
    listed = MemberKeys({"email": {"b@x.example"}, "pk": {"7"}})
    keys = MemberKeys({"email": {"a@x.example", "b@x.example"}, "pk": {"7"}})
    assert membership_of("a@x.example", listed=listed) == (Membership("exact", keys), ())


def test_lists_alone_are_members_enough() -> None:
    document = group("VIP", "vip", members={"files": ["../members/vip.csv"]})
    keys = MemberKeys({"email": {"a@x.example"}})
    desired, problems = desired_of(document, listed={document.file: keys})
    wanted = desired.wanted[Address("customer_group", "VIP")]
    assert (wanted.membership, problems) == (Membership("exact", keys), ())


def test_a_customer_listed_twice_is_a_warning_at_each_further_place() -> None:
    listed = MemberKeys({"email": {"b@x.example"}})
    membership, problems = membership_of("a@x.example", "A@X.example", "b@x.example", listed=listed)
    keys = MemberKeys({"email": {"a@x.example", "b@x.example"}})
    hint = "remove one; case and surrounding spaces make no difference"
    assert membership == Membership("exact", keys)
    assert problems == (
        Problem(
            "CG-F10",
            "this customer is listed twice",
            Position("groups/vip.yaml", 5, 9),
            hint,
            Severity.WARNING,
        ),
        Problem(
            "CG-F10",
            "this customer is listed twice and in a file of this group",
            Position("groups/vip.yaml", 6, 9),
            hint,
            Severity.WARNING,
        ),
    )
