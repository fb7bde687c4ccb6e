"""The dialect of a project: how operators are rendered for its shop, how sure that is, what is
refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, cast

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.ir import Leaf, RawRule, Rule, walk
from cg_sync.rules.problem import RuleProblem
from cg_sync.rules.renderings import GROUPS_TYPE, LEAVES, NODES, ROWS, Row, State
from cg_sync.rules.written import operators_for

__all__ = [
    "BUILT_IN", "Dialect", "Row", "Unverified", "check_dialect", "make_dialect", "row_key",
    "unverified",
]  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """The rows by `TYPE.OPERATOR`; why a row, or an attribute by its name, is refused; and what the
    shop calls a leaf where that is not our slug."""

    rows: Mapping[str, Row]
    refused: Mapping[str, str] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def leaves(self) -> Mapping[str, str]:
        """Our slug of each leaf, by what the shop calls it."""
        return {self.slugs.get(leaf, leaf): leaf for leaf in LEAVES}


def row_key(attribute: Attribute, operator: str) -> str:
    """The key of the row of an operator on an attribute."""
    return f"{GROUPS_TYPE if attribute.is_groups else attribute.type}.{operator}"


BUILT_IN: Final = Dialect(ROWS)
"""What cg-sync takes a shop to understand until the project says otherwise."""


def make_dialect(content: JsonObject) -> Dialect:
    """The built-in dialect as the content of `dialect:` changes it, which `check_dialect` and its
    schema find nothing wrong with."""
    render = cast("Mapping[str, Mapping[str, str]]", content.get("render", {}))
    slugs = cast("Mapping[str, str]", content.get("slugs", {}))
    rows = {}
    for key, row in ROWS.items():
        said = render.get(key, {})
        state, note = cast(State, said.get("state", row.state)), said.get("note", row.note)
        rows[key] = replace(row, slug=slugs.get(row.slug, row.slug), state=state, note=note)
    refused = {key: said["refuse"] for key, said in render.items() if "refuse" in said}
    return Dialect(rows, refused, slugs)


def check_dialect(content: JsonObject, catalogue: Catalogue) -> Iterator[RuleProblem]:
    """What is wrong with the content of `dialect:` beyond its schema, in the order of the file."""
    for name in content:
        if name == "render":
            yield from _check_rows(cast("Mapping[str, JsonObject]", content[name]), catalogue)
        if name == "slugs":
            yield from _check_slugs(cast("Mapping[str, str]", content[name]))


def _check_rows(render: Mapping[str, JsonObject], catalogue: Catalogue) -> Iterator[RuleProblem]:
    known = (*ROWS, *catalogue.attributes)
    for key, said in render.items():
        here = ("render", key)
        if key not in known:
            usual = "write TYPE.OPERATOR as docs/dialect.md lists them, or the name of an attribute"
            hint = did_you_mean(key, known) or usual
            yield _problem("CG-F05", here, "no such operator or attribute", hint)
        elif key in catalogue.attributes and "refuse" not in said:
            hint = "states are those of operators, such as `string.eq`"
            yield _problem("CG-F06", here, "an attribute can only be refused", hint)


def _check_slugs(slugs: Mapping[str, str]) -> Iterator[RuleProblem]:
    """Every slug that two nodes would have: such JSON could not be read back."""
    owners = {row.slug: word for word, row in NODES.items()}
    owners |= {leaf: leaf for leaf in LEAVES if leaf not in slugs}
    for leaf, slug in slugs.items():
        owner = owners.setdefault(slug, leaf)
        if owner != leaf:
            hint = f"`{owner}` has it; give each its own, so that rules can be read back"
            message = f"{slug} is the slug of another node"
            yield _problem("CG-F06", ("slugs", leaf), message, hint, of_key=False)


def _problem(
    code: str, pointer: tuple[str, str], message: str, hint: str, *, of_key: bool = True
) -> RuleProblem:
    table, name = pointer
    return RuleProblem(code, f"dialect.{table}.{name}: {message}", pointer, of_key, hint)


@dataclass(frozen=True, slots=True)
class Unverified:
    """How many rules rely on renderings that nobody has verified, and the keys of those rows,
    sorted."""

    rules: int
    rows: tuple[str, ...]


def unverified(
    rules: Iterable[Rule | RawRule], dialect: Dialect, catalogue: Catalogue
) -> Unverified:
    """What of these rules is unverified, in the operators that a plan shows them with.

    The rules are of this catalogue. A raw rule relies on nothing, as it is sent as it is.
    """
    found = [rows for rule in rules if (rows := _unverified_rows(rule, dialect, catalogue))]
    return Unverified(len(found), tuple(sorted(set[str]().union(*found))))


def _unverified_rows(rule: Rule | RawRule, dialect: Dialect, catalogue: Catalogue) -> set[str]:
    if isinstance(rule, RawRule):
        return set()
    leaves = [node for node in walk(rule.node) if isinstance(node, Leaf)]
    keys = {
        row_key(catalogue.attributes[leaf.attribute], word)
        for leaf in leaves
        for word in operators_for(leaf.test, exclude=leaf.exclude)
    }
    return {key for key in keys if dialect.rows[key].state == "unverified"}
