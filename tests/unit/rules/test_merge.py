"""A rule in a file becomes the shop's, and keeps what it can of its own words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cg_sync.files.environment import escaped
from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.document import rule_to_file
from cg_sync.rules.ir import All, Node, RawRule, Rule
from cg_sync.rules.merge import Merged, merge_rule
from cg_sync.rules.merge_line import NotMerged, references_in
from cg_sync.rules.parse import Vocabulary, parse_rule
from tests.unit.rules.strategies import catalogue, rules

STAFF: list[JsonValue] = [{"email": {"domain_is": ["acme.example"]}}, {"email_verified": True}]
WORDS = Vocabulary(
    catalogue(),
    {"schools": ("edu.tr", "k12.tr"), "cities": ("Bursa", "İzmir")},
    {"staff": STAFF},
)


def rule_of(content: JsonValue, words: Vocabulary = WORDS) -> Rule | RawRule:
    rule, problems = parse_rule(content, words)
    assert rule is not None, problems
    return rule


def merged(written: JsonValue, live: Rule | RawRule) -> Merged:
    document = rule_to_file(live)
    return merge_rule(written, live, document, WORDS, fill=lambda it: it, escape=escaped)


KEEP = {"missing": "keep"}
ACTIVE = {"is_active": True}
WHY = {"is_active": {"eq": True, "why": "w"}}
MAIL = {"email": {"domain_under": {"list": "schools"}}}

# Each: the rule in the file, the shop's as someone would write it, the file's rule then.
CASES: list[tuple[Any, Any, Any]] = [
    # what means the same stays, in its words and its order
    ({"match": [ACTIVE, {"city": {"in": ["İzmir", "Bursa"]}}]},
     {"match": [{"city": {"in": ["Bursa", "İzmir"]}}, ACTIVE, {"orders": {"gte": 1}}]},
     {"match": [ACTIVE, {"city": {"in": ["İzmir", "Bursa"]}}, {"orders": {"gte": 1}}]}),
    # values come and go
    ({"match": [{"city": {"in": ["x", "Bursa"], "why": "w"}}]},
     {"match": [{"city": {"in": ["Bursa", "y"]}}]},
     {"match": [{"city": {"in": ["Bursa", "y"], "why": "w"}}]}),
    ({"match": {"city": {"in": ["x", "y"]}}}, {"match": [{"city": "x"}]},
     {"match": {"city": {"in": ["x"]}}}),
    ({"match": [{"city": "x"}]}, {"match": [{"city": "y"}]}, {"match": [{"city": "y"}]}),
    ({"match": [{"city": "x"}]}, {"match": [{"city": {"in": ["x", "y"]}}]},
     {"match": [{"city": {"in": ["x", "y"]}}]}),
    ({"match": [{"email": {"domain_under": ["EDU.tr", "a.tr"]}}]},
     {"match": [{"email": {"domain_under": ["edu.tr"]}}]},
     {"match": [{"email": {"domain_under": ["EDU.tr"]}}]}),
    # operators in the words of the file
    ({"match": [{"orders": {"gte": 1, "lte": 3}}]}, {"match": [{"orders": {"between": [1, 4]}}]},
     {"match": [{"orders": {"gte": 1, "lte": 4}}]}),
    ({"match": [{"spent": {"between": [1, 3]}}]}, {"match": [{"spent": {"between": [1, 4]}}]},
     {"match": [{"spent": {"between": [1, 4]}}]}),
    # missing
    ({"match": [{"city": {"in": ["x"], **KEEP}}]}, {"match": [{"city": {"in": ["x"]}}]},
     {"match": [{"city": {"in": ["x"]}}]}),
    ({"match": [{"city": {"in": ["x"], "missing": "drop"}}]}, {"match": [{"city": {"in": ["y"]}}]},
     {"match": [{"city": {"in": ["y"], "missing": "drop"}}]}),
    ({"match": [{"city": {"not_in": ["x"], **KEEP}}]},
     {"match": [{"city": {"not_in": ["x"], "missing": "drop"}}]},
     {"match": [{"city": {"not_in": ["x"], "missing": "drop"}}]}),
    ({"match": [{"city": {"in": ["x"], "missing": "drop"}}, WHY]},
     {"match": [{"city": {"present": True}}, ACTIVE]},
     {"match": [{"city": {"present": True}}, WHY]}),
    # groups of conditions
    ({"match": [{"any": [{"city": "x"}, {"all": [ACTIVE, {"city": "y"}]}]}]},
     {"match": [{"any": [{"city": "x"}, {"all": [ACTIVE, {"city": "z"}]}]}]},
     {"match": [{"any": [{"city": "x"}, {"all": [ACTIVE, {"city": "z"}]}]}]}),
    ({"match": [ACTIVE, {"none": [{"tags": {"has_any": ["a"]}}]}]},
     {"match": [{"orders": {"gte": 1}}, ACTIVE], "except": [{"tags": {"has_any": ["a"]}}]},
     {"match": [ACTIVE, {"none": [{"tags": {"has_any": ["a"]}}]}, {"orders": {"gte": 1}}]}),
    ({"match": [ACTIVE], "except": [{"tags": {"has_any": ["a"]}}]}, {"match": [ACTIVE]},
     {"match": [ACTIVE]}),
    ({"match": [ACTIVE]}, {"match": [ACTIVE], "except": [{"tags": {"has_any": ["a"]}}]},
     {"match": [ACTIVE], "except": [{"tags": {"has_any": ["a"]}}]}),
    ({"match": "everyone"}, {"match": [ACTIVE]}, {"match": [ACTIVE]}),
    ({"match": [ACTIVE]}, {"match": "everyone"}, {"match": "everyone"}),
    # references stay
    ({"match": [MAIL, ACTIVE]}, {"match": [{"email": {"domain_under": ["edu.tr", "k12.tr"]}}]},
     {"match": [MAIL]}),
    ({"match": [MAIL, ACTIVE]}, {"match": [ACTIVE]}, {"match": [ACTIVE]}),
    ({"match": [{"use": "staff"}, ACTIVE]},
     {"match": STAFF},
     {"match": [{"use": "staff"}]}),
    ({"match": [{"use": "staff"}, {"city": "x"}]},
     {"match": [*STAFF, {"city": "y"}]},
     {"match": [{"use": "staff"}, {"city": "y"}]}),
    ({"match": [{"use": "staff"}, {"city": "x"}]}, {"match": [{"city": "y"}]},
     {"match": [{"city": "y"}]}),
    # raw
    ({"match": [ACTIVE]}, {"raw": {"slug": "weather"}}, {"raw": {"slug": "weather"}}),
    ({"raw": {"slug": "weather"}}, {"match": [ACTIVE]}, {"match": [ACTIVE]}),
]  # fmt: skip


@pytest.mark.parametrize(("written", "live", "then"), CASES)
def test_a_rule_is_merged_in_its_own_words(written: Any, live: Any, then: Any) -> None:
    found = merged(written, rule_of(live))
    assert (found.content, found.lists) == (then, {})
    assert rule_of(found.content) == rule_of(live)


def test_a_value_list_gets_the_values_of_the_shop() -> None:
    live = rule_of({"match": [{"email": {"domain_under": ["ac.uk", "k12.tr"]}}, ACTIVE]})
    found = merged({"match": [ACTIVE, MAIL]}, live)
    assert found == Merged({"match": [ACTIVE, MAIL]}, {"schools": ("k12.tr", "ac.uk")})


@pytest.mark.parametrize(
    ("written", "live", "said"),
    [
        ({"match": [{"use": "staff"}]}, {"match": [{"email_verified": True}]},
         "the change is inside the shared condition staff"),
        ({"match": [MAIL]}, {"match": [{"email": {"domain_is": ["edu.tr"]}}]},
         "the shop tests what the list schools stands for in another way"),
        ({"match": [MAIL]}, {"raw": {"slug": "weather"}},
         "the shop's rule has another shape, and this one refers to the list schools"),
    ],
)  # fmt: skip
def test_what_a_reference_stands_for_is_never_written_out(
    written: Any, live: Any, said: str
) -> None:
    with pytest.raises(NotMerged) as caught:
        merged(written, rule_of(live))
    assert str(caught.value) == said
    assert caught.value.hint


def test_references_are_counted_each_time_but_not_in_raw_rules() -> None:
    content: JsonValue = {"rule": {"match": [MAIL, {"use": "staff"}], "except": [MAIL]}}
    both = [("the list", "schools")] * 2
    assert sorted(references_in(content)) == [*both, ("the shared condition", "staff")]
    assert list(references_in({"raw": {"list": "x"}})) == []


def test_variables_keep_their_names_and_new_texts_name_none() -> None:
    live = rule_of({"match": [{"city": {"in": ["Bursa", "${x}"]}}]})
    written: JsonValue = {"match": [{"city": {"in": ["${city}", "old"]}}]}

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("$${", "\0").replace("${city}", "Bursa").replace("\0", "${")
        if isinstance(value, dict):
            return {key: fill(it) for key, it in value.items()}
        return [fill(it) for it in value] if isinstance(value, list) else value

    found = merge_rule(written, live, rule_to_file(live), WORDS, fill=fill, escape=escaped)
    assert found.content == {"match": [{"city": {"in": ["${city}", "$${x}"]}}]}


RULES = rules(catalogue())


def _conditions(rule: Rule) -> tuple[Node, ...]:
    return rule.node.children if isinstance(rule.node, All) else (rule.node,)


@given(before=RULES, after=RULES)
def test_the_merged_rule_is_that_of_the_shop(before: Rule, after: Rule) -> None:
    written = rule_to_file(before)
    found = merged(written, after)
    assert rule_of(found.content) == after
    assert found.lists == {}
    if before == after:
        assert found.content == written


@given(data=st.data(), rule=RULES, other=RULES)
def test_conditions_that_both_have_stay_as_they_are(
    data: st.DataObject, rule: Rule, other: Rule
) -> None:
    mine = list(_conditions(rule))
    left = [it for it in mine if data.draw(st.booleans())]
    live = Rule(All((*left, *_conditions(other))))
    written = rule_to_file(rule)
    match = written.get("match")
    found = merged(written, live)
    assert rule_of(found.content) == live
    assert isinstance(found.content, dict)
    there = found.content.get("match")
    if isinstance(match, list) and isinstance(there, list):
        kept = {Rule(it) for it in _conditions(live)}
        same = [it for it in match if rule_of({"match": [it]}) in kept]
        event(f"{min(3, len(same))} stay")
        assert [it for it in there if it in same] == same
