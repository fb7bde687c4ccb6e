"""Lint looks at some lines of rules only; about all others there is nothing to say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.ir import Rule
from cg_sync.rules.lint.lines import CHECKED, check_line
from cg_sync.rules.lint.time import MOVING, moves
from cg_sync.rules.lint.verified import lets_in
from cg_sync.rules.lint.written import Line, Use, written_in, written_in_rule
from tests.unit.rules.strategies import catalogue, nodes

CATALOGUE = catalogue()
CONTENTS = st.builds(Rule, nodes(CATALOGUE)).map(rule_to_document)
WATCHED = CHECKED | MOVING


def says_something(it: Line | Use) -> bool:
    return isinstance(it, Use) or lets_in(it) or moves(it) or next(check_line(it), None) is not None


def every(content: dict[str, JsonValue]) -> list[Line | Use]:
    """All lines of a rule, those under `except` as if nothing stood above them."""
    conditions = (content[word] for word in ("match", "except") if word in content)
    return [it for found in conditions for it in written_in(found, CATALOGUE)]


@given(CONTENTS)
def test_lines_with_something_to_say_are_watched(content: dict[str, JsonValue]) -> None:
    watched = [it for it in every(content) if WATCHED & getattr(it, "operators", {}).keys()]
    found = written_in_rule(content, CATALOGUE, WATCHED)
    assert [it.pointer[-1] for it in found] == [it.pointer[-1] for it in watched]
    assert all(it in watched for it in every(content) if says_something(it))


def test_uses_are_met_whatever_is_watched() -> None:
    content: JsonValue = {
        "match": [{"city": "Bursa"}, {"any": [{"use": "a"}, {"spent": {"lt": 1}}]}]
    }
    assert written_in_rule(content, CATALOGUE, frozenset()) == (
        Use("a", ("match", 1, "any", 0, "use"), False),
    )
    found = written_in_rule(content, CATALOGUE, {"lt"})
    assert [it.pointer for it in found] == [
        ("match", 1, "any", 0, "use"),
        ("match", 1, "any", 1, "spent"),
    ]
