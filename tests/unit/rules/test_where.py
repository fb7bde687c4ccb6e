"""Filters of listings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.codes import CODES
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.ir import DomainIn
from cg_sync.rules.where import (
    Equals,
    Filter,
    HasDomain,
    HasText,
    IsPresent,
    describe,
    matches,
    parse_where,
    server_query,
)

EMAIL = Attribute("email", "email", "email", nullable=False, pii="direct")
ACTIVE = Attribute("is_active", "boolean", "is_active", nullable=False)
GENDER = Attribute("gender", "enum", "gender", values=("female", "male"))
CITY = Attribute("city", "string", "attributes.city")
NAME = Attribute("name", "string", "name")
PRIORITY = Attribute("priority", "integer", "priority")
WRITE_IT = "write FIELD OPERATOR VALUE, such as `is_active=true` or `city in Bursa,İzmir`"
FIELDS = Catalogue({it.name: it for it in (EMAIL, ACTIVE, GENDER, CITY, NAME, PRIORITY)})


def filter_of(text: str) -> Filter:
    where, problems = parse_where(text, FIELDS)
    assert problems == ()
    assert where is not None
    return where


@pytest.mark.parametrize(
    ("text", "where", "described"),
    [
        ("is_active=true", Equals(ACTIVE, ("true",)), "is_active = true"),
        ("  is_active  =  true ", Equals(ACTIVE, ("true",)), "is_active = true"),
        ("gender = male", Equals(GENDER, ("male",)), "gender = male"),
        ("city!=Bursa", Equals(CITY, ("Bursa",), True), "city != Bursa"),
        ("city in İstanbul,Bursa", Equals(CITY, ("İstanbul", "Bursa")), "city in İstanbul, Bursa"),
        (
            "city not_in İzmir, Bursa,",
            Equals(CITY, ("İzmir", "Bursa"), True),
            "city not_in İzmir, Bursa",
        ),
        ("name = a = b, c", Equals(NAME, ("a = b, c",)), "name = a = b, c"),
        ("name contains vip", HasText(NAME, "vip"), "name contains vip"),
        ("name starts_with v i p", HasText(NAME, "v i p", True), "name starts_with v i p"),
        ("email = a@b.c", Equals(EMAIL, ("a@b.c",)), "email = a@b.c"),
        (
            "email domain_under EDU.tr",
            HasDomain(EMAIL, DomainIn(("edu.tr",), True)),
            "email domain_under edu.tr",
        ),
        (
            "email domain_is b.tr,a.tr",
            HasDomain(EMAIL, DomainIn(("a.tr", "b.tr"), False)),
            "email domain_is a.tr, b.tr",
        ),
        ("city is missing", IsPresent(CITY, False), "city is missing"),
        ("city is present", IsPresent(CITY, True), "city is present"),
        ("priority=10", Equals(PRIORITY, ("10",)), "priority = 10"),
    ],
)
def test_a_filter_is_read_and_told(text: str, where: Filter, described: str) -> None:
    assert filter_of(text) == where
    assert describe(where) == described
    assert filter_of(described) == where


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        (
            "",
            "CG-F24",
            '"" is not a filter',
            WRITE_IT,
        ),
        (
            "city",
            "CG-F24",
            '"city" is not a filter',
            WRITE_IT,
        ),
        ("city in,Bursa", "CG-F24", '"city in,Bursa" is not a filter', WRITE_IT),
        ("cty = Bursa", "CG-F21", "cty: no such field", "did you mean city?"),
        (
            "zzz = 1",
            "CG-F21",
            "zzz: no such field",
            "there are email, is_active, gender, city, name, priority",
        ),
        (
            "city contain x",
            "CG-F22",
            "city: contain does not fit the field",
            "did you mean contains or not_in?",
        ),
        (
            "is_active contains t",
            "CG-F22",
            "is_active: contains does not fit the field",
            "it has =, !=, in, not_in, is",
        ),
        (
            "city domain_is a.tr",
            "CG-F22",
            "city: domain_is does not fit the field",
            "it has =, !=, in, not_in, is, contains, starts_with",
        ),
        (
            "city =",
            "CG-F23",
            "city: there is no value to look for",
            "write a value behind =, or `city is missing`",
        ),
        (
            "city in , ,",
            "CG-F23",
            "city: there is no value to look for",
            "write a value behind in, or `city is missing`",
        ),
        ("city is mising", "CG-F23", 'city: "mising" cannot follow `is`', "did you mean missing?"),
        (
            "city is Bursa",
            "CG-F23",
            'city: "Bursa" cannot follow `is`',
            "write `is missing` or `is present`",
        ),
        (
            "is_active = yes",
            "CG-F23",
            'is_active: "yes" is neither true nor false',
            "write true or false",
        ),
        (
            "gender in male,femal",
            "CG-F23",
            'gender: "femal" is not one of its values',
            "did you mean female or male?",
        ),
        ("email domain_is @a.tr", "CG-E01", 'email: "@a.tr" is not a domain name', "write a.tr"),
    ],
)
def test_a_wrong_filter_is_refused(text: str, code: str, message: str, hint: str) -> None:
    where, (problem,) = parse_where(text, FIELDS)
    assert where is None
    assert (problem.code, problem.message, problem.pointer, problem.hint) == (
        code,
        message,
        (),
        hint,
    )


@pytest.mark.parametrize(
    ("text", "record", "found"),
    [
        ("is_active=true", {"is_active": True}, True),
        ("is_active=true", {"is_active": False}, False),
        ("is_active=true", {}, False),
        ("is_active=false", {"is_active": False}, True),
        ("city = istanbul", {"attributes": {"city": "İSTANBUL"}}, True),
        ("city in Bursa,istanbul", {"attributes": {"city": "Bursa"}}, True),
        ("city in Bursa,istanbul", {"attributes": {"city": "İzmir"}}, False),
        ("city != Bursa", {"attributes": {"city": "BURSA"}}, False),
        ("city != Bursa", {"attributes": {"city": "İzmir"}}, True),
        ("city != Bursa", {"attributes": {}}, True),
        ("name contains VIP", {"name": "Our vip customers"}, True),
        ("name contains vip", {"name": "Others"}, False),
        ("name contains vip", {"name": None}, False),
        ("name starts_with our", {"name": "Our vip customers"}, True),
        ("name starts_with vip", {"name": "Our vip customers"}, False),
        ("email = ayse@example.com", {"email": "Ayse@Example.com"}, True),
        ("email domain_under edu.tr", {"email": "a@boun.edu.tr"}, True),
        ("email domain_is edu.tr", {"email": "a@boun.edu.tr"}, False),
        ("email domain_is edu.tr", {"email": "a@EDU.tr"}, True),
        ("email domain_is edu.tr", {"email": None}, False),
        ("email domain_is edu.tr", {"email": "edu.tr"}, False),
        ("city is missing", {"attributes": {"city": " "}}, True),
        ("city is missing", {"attributes": {"city": "x"}}, False),
        ("city is present", {"attributes": {"city": "x"}}, True),
        ("priority = 10", {"priority": 10}, True),
        ("priority in 1,2", {"priority": 10}, False),
    ],
)
def test_a_filter_finds_what_it_says(text: str, record: JsonObject, found: bool) -> None:
    assert matches(filter_of(text), record) is found


SUPPORTED = {
    "email": frozenset({"exact", "startswith", "in"}),
    "is_active": frozenset({"exact"}),
    "gender": frozenset({"exact"}),
    "name": frozenset({"exact", "startswith"}),
    "priority": frozenset({"exact"}),
}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("is_active = false", {"is_active": "false"}),
        ("gender = male", {"gender": "male"}),
        ("priority = 10", {"priority": "10"}),
        ("gender in male,female", None),
        # These lookups may mind case, and addresses come in mixed case.
        ("email = a@b.c", None),
        ("email in a@b.c,d@e.f", None),
        ("email starts_with ayse", None),
        ("email != a@b.c", None),
        ("email contains a", None),
        ("email domain_is b.c", None),
        ("email is present", None),
        ("gender is missing", None),
        # The shop compares letter by letter, the filter folds: narrowing would lose some.
        ("name = vip", None),
        ("name starts_with vip", None),
        ("city = Bursa", None),
    ],
)
def test_a_filter_is_narrowed_on_the_server_only_where_nothing_is_lost(
    text: str, query: dict[str, str] | None
) -> None:
    assert server_query(filter_of(text), SUPPORTED) == query


def test_lookups_that_do_not_mind_case_are_used_for_addresses() -> None:
    supported = {"email": frozenset({"exact", "iexact", "istartswith"})}
    assert server_query(filter_of("email = a@b.c"), supported) == {"email__iexact": "a@b.c"}
    assert server_query(filter_of("email starts_with a"), supported) == {"email__istartswith": "a"}
    assert server_query(filter_of("email in a@b.c,d@e.f"), supported) is None


def test_several_values_of_one_spelling_are_asked_for_at_once() -> None:
    supported = {"gender": frozenset({"in"})}
    asked = server_query(filter_of("gender in male,female"), supported)
    assert asked == {"gender__in": "male,female"}


def test_a_lookup_the_server_does_not_name_is_not_used() -> None:
    assert server_query(filter_of("email = a@b.c"), {}) is None


words = st.sampled_from(
    [*FIELDS.attributes, "=", "!=", "in", "is", "missing", ",", "true", "a@b.c"]
)


@given(st.text() | st.lists(words).map(" ".join))
def test_any_text_is_a_filter_or_a_problem(text: str) -> None:
    where, problems = parse_where(text, FIELDS)
    assert (where is None) is bool(problems)
    assert {problem.code for problem in problems} <= CODES.keys()
    if where is not None:
        values: list[JsonValue] = [None, "", True, 7, "a@b.c", ["x"], {"city": "x"}]
        records: list[JsonObject] = [{where.field.path.split(".")[0]: value} for value in values]
        assert {matches(where, record) for record in records} <= {True, False}
