"""Whoever gets in by an e-mail domain alone is found, and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject, shown
from cg_sync.rules.catalogue import Attribute, make_catalogue
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.evaluate import evaluate
from cg_sync.rules.ir import Rule
from cg_sync.rules.lint.verified import check_verified
from cg_sync.rules.parse import Vocabulary
from tests.unit.rules import strategies
from tests.unit.rules.lint.builders import a_vocabulary, places, read

DOMAIN = "{email: {domain_under: [edu.tr]}}"


@pytest.mark.parametrize(
    "match",
    [
        f"[{DOMAIN}, {{is_active: true}}]",
        f"[{DOMAIN}, {{email_verified: {{eq: true, missing: keep}}}}]",
        f"[{DOMAIN}, {{email_verified: false}}]",
        f"[{DOMAIN}, {{email_verified: {{present: true}}}}]",
        f"[{DOMAIN}, {{none: [{{email_verified: {{eq: false, missing: keep}}}}]}}]",
        f"[{DOMAIN}, {{any: [{{email_verified: true}}, {{is_active: true}}]}}]",
    ],
)
def test_a_domain_without_proof_is_found_at_its_line(match: str) -> None:
    assert places("CG-E04", a_vocabulary(), f"match: {match}") == ["match[0].email"]


@pytest.mark.parametrize(
    "rule",
    [
        f"match: [{DOMAIN}, {{email_verified: true}}]",
        f"match: [{{email_verified: true}}, {{any: [{DOMAIN}, {{is_active: true}}]}}]",
        f"match: {{any: [{{is_active: true}}, {{all: [{DOMAIN}, {{email_verified: true}}]}}]}}",
        f"match: [{DOMAIN}, {{none: [{{email_verified: {{eq: false, missing: drop}}}}]}}]",
        f"{{match: [{DOMAIN}], except: {{email_verified: {{eq: false, missing: drop}}}}}}",
        f"{{match: {{is_active: true}}, except: [{DOMAIN}]}}",
        f"match: [{{none: [{DOMAIN}]}}]",
        f"match: {{any: [{DOMAIN}, {{none: [{{email_verified: {{eq: true, missing: drop}}}}]}}, "
        "{email_verified: {present: false}}]}",
        "match: everyone",
        "match: {is_active: true}",
    ],
)
def test_a_domain_with_proof_or_that_lets_nobody_in_is_passed_over(rule: str) -> None:
    assert places("CG-E04", a_vocabulary(), rule) == []


def test_proof_in_another_branch_is_none() -> None:
    rule = f"match: {{any: [{DOMAIN}, {{email_verified: true}}]}}"
    assert places("CG-E04", a_vocabulary(), rule) == ["match.any[0].email"]


def test_a_domain_under_two_negations_lets_people_in() -> None:
    rule = f"{{match: everyone, except: [{{none: [{DOMAIN}]}}]}}"
    assert places("CG-E04", a_vocabulary(), rule) == ["except[0].none[0].email"]


def test_every_line_that_lets_people_in_is_found() -> None:
    rule = f"match: {{any: [{DOMAIN}, {{all: [{DOMAIN}, {{email_verified: true}}]}}, {DOMAIN}]}}"
    assert places("CG-E04", a_vocabulary(), rule) == ["match.any[0].email", "match.any[2].email"]


def test_a_shared_condition_is_found_where_it_is_used() -> None:
    conditions = {"school": "{use: domains}", "domains": f"[{{is_active: true}}, {DOMAIN}]",
                  "proven": f"[{DOMAIN}, {{email_verified: true}}]"}  # fmt: skip
    vocabulary = a_vocabulary(conditions=conditions)
    rule = "match: {any: [{use: proven}, {use: school}]}"
    assert places("CG-E04", vocabulary, rule) == ["match.any[1].use"]
    assert places("CG-E04", vocabulary, "match: [{use: school}, {email_verified: true}]") == []


def test_the_attribute_that_tells_is_the_declared_one() -> None:
    vocabulary = a_vocabulary(Attribute("proved", "boolean", "p", nullable=False, verifies="email"))
    assert places("CG-E04", vocabulary, f"match: [{DOMAIN}, {{email_verified: true}}]") != []
    assert places("CG-E04", vocabulary, f"match: [{DOMAIN}, {{proved: true}}]") == []
    (finding,) = check_verified(read(f"match: {DOMAIN}"), vocabulary)
    assert finding.hint == "add `proved: true` beside it"


def test_what_is_always_known_is_never_kept_for_want_of_it() -> None:
    vocabulary = a_vocabulary(Attribute("proved", "boolean", "p", nullable=False, verifies="email"))
    rule = f"match: [{DOMAIN}, {{proved: {{eq: true, missing: keep}}}}]"
    assert places("CG-E04", vocabulary, rule) == []


def test_to_have_an_address_is_not_to_get_in_by_its_domain() -> None:
    vocabulary = a_vocabulary(Attribute("email", "email", "email"))
    assert places("CG-E04", vocabulary, "match: {email: {present: true}}") == []


def test_without_an_attribute_that_tells_nothing_is_found() -> None:
    vocabulary = a_vocabulary(Attribute("email_verified", "string", "extra_field.email_verified"))
    assert places("CG-E04", vocabulary, f"match: {DOMAIN}") == []


def test_what_tells_is_declared_or_else_known_by_its_name() -> None:
    def verifiers(**declared: JsonObject) -> tuple[str, ...]:
        return make_catalogue({"attributes": declared}).verifiers

    email: JsonObject = {"type": "email"}
    assert verifiers(mail=email, mail_verified={"type": "boolean"}) == ("mail_verified",)
    assert verifiers(mail=email, email_verified={"type": "boolean"}) == ()
    declared: JsonObject = {"type": "boolean", "verifies": "email"}
    assert verifiers(email=email, email_verified={"type": "boolean"}, a=declared) == ("a",)


VOCABULARY = Vocabulary(strategies.catalogue(), {})
VALID = tuple(f"test@{domain}" for domain in (*strategies.DOMAINS, "fakeedu.tr"))


@given(
    strategies.rules(VOCABULARY.catalogue),
    strategies.customers(VOCABULARY.catalogue),
    st.sampled_from(VALID),
    st.sampled_from([False, None, "", 0]),
)
def test_without_a_finding_no_address_lets_in_who_is_not_verified(
    rule: Rule, customer: JsonObject, address: str, state: bool | str | int | None
) -> None:
    try:
        content = rule_to_document(rule)
    except ValueError:
        assume(False)
    found = {shown(it.pointer) for it in check_verified(content, VOCABULARY)}
    extra = customer.get("extra_field")
    fields = {**(extra if isinstance(extra, dict) else {}), "email_verified": state}
    unverified = {**customer, "extra_field": fields}
    gets_in, without = (
        evaluate(rule.node, {**unverified, "email": it}, strategies.NOW)
        for it in (address, "test@nowhere.example")
    )
    assert found or without or not gets_in
