"""Makes a rule in a file mean what the shop's rule means, changing as little of it as can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.ir import All, AnyOf, Node, Not, RawRule, Rule, normalise
from cg_sync.rules.merge_line import Fill, LineMerge, NotMerged, references_in
from cg_sync.rules.outline import Part
from cg_sync.rules.parse import EVERYONE, Vocabulary, outline_of, parse_rule


@dataclass(frozen=True, slots=True)
class Merged:
    """The value of `rule:` as it is to be written, and the value lists that have to change for it,
    each with all its values.
    """

    content: JsonValue
    lists: Mapping[str, tuple[str, ...]]


def merge_rule(
    written: JsonValue,
    live: Rule | RawRule,
    document: JsonObject,
    vocabulary: Vocabulary,
    *,
    fill: Fill,
    escape: Fill,
) -> Merged:
    """The rule that is `written`, as the rule `live`, which by itself would be `document`.

    Conditions that mean the same stay as they are, with their order, their spelling and their
    references to value lists and shared conditions; a rule of another shape is written anew. Raises
    NotMerged where that would write out what a reference stands for.
    """
    for keeps_missing in (True, False):
        lines = LineMerge(vocabulary.lists, escape, keeps_missing)
        merge = _Merge(written, fill(written), document, vocabulary, escape, lines)
        content = merge.rule()
        if content is not None:
            lists = {**vocabulary.lists, **lines.changed}
            words = Vocabulary(
                vocabulary.catalogue, lists, vocabulary.conditions, vocabulary.dialect
            )
            if parse_rule(fill(content), words)[0] == live:
                return Merged(content, lines.changed)
    names = sorted(references_in(written))
    if names:
        what = " and ".join(f"{word} {name}" for word, name in names)
        raise NotMerged(
            f"the shop's rule has another shape, and this one refers to {what}",
            "change the rule by hand",
        )
    return Merged(escape(document), {})


@dataclass(slots=True)
class _Merge:
    """One attempt: what is `written`, what that is `meant` to say, and the shop's `document`."""

    written: JsonValue
    meant: JsonValue
    document: JsonObject
    vocabulary: Vocabulary
    escape: Fill
    lines: LineMerge

    def rule(self) -> JsonValue:
        """The merged rule; None when the two have nothing in common to go by."""
        mine = outline_of(self.meant, self.vocabulary)
        theirs = outline_of(self.document, self.vocabulary)
        if mine is None or theirs is None or not isinstance(self.written, Mapping):
            return None
        wanted, refused = _below(theirs, "match"), list(_below(theirs, "except"))
        inverted: list[Part] = []
        plain: list[Part] = []
        for part in _below(mine, "match"):
            # A `none` among the conditions that must hold is an `except` in normal form.
            nodes = [
                inner
                for it in _flat(part.node, All)
                if isinstance(it, Not)
                for inner in _flat(it.child, AnyOf)
            ]
            (inverted if nodes and _holds(refused, nodes) else plain).append(part)
            refused = _without(refused, nodes) if inverted and inverted[-1] is part else refused
        order = [it.pointer for it in _below(mine, "match")]
        kept = {it.pointer: self._at(it.pointer) for it in inverted}
        match, added = self._conditions(plain, wanted, All)
        both = {**kept, **match}
        conditions = [both[it] for it in order if it in both] + added
        content = dict(self.written)
        content["match"] = self._listed(self.written.get("match"), conditions) or EVERYONE
        kept, added = self._conditions(_below(mine, "except"), refused, AnyOf)
        exceptions = self._listed(self.written.get("except"), [*kept.values(), *added])
        content.pop("except", None)
        return {**content, "except": exceptions} if exceptions else content

    def _at(self, pointer: Pointer) -> JsonValue:
        return _at(self.written, pointer)

    def _listed(self, written: JsonValue, conditions: list[JsonValue]) -> JsonValue:
        """One condition stays alone where the file had it alone."""
        is_single = isinstance(written, Mapping) and len(conditions) == 1
        return conditions[0] if is_single else conditions

    def _conditions(
        self, mine: Sequence[Part], theirs: Sequence[Part], union: type[All | AnyOf]
    ) -> tuple[dict[Pointer, JsonValue], list[JsonValue]]:
        """What stays of the conditions in the file, by place, and those that come."""
        kept: dict[Pointer, JsonValue] = {}
        waiting: list[Part] = []
        left = list(theirs)
        for part in mine:
            nodes = _flat(part.node, union)
            if _holds(theirs, nodes):
                kept[part.pointer] = self._at(part.pointer)
                left = _without(left, nodes)
            else:
                waiting.append(part)
        for part in sorted(waiting, key=lambda it: it.word == "use"):
            twin = next((it for it in left if self._is_alike(part, it)), None)
            if twin is not None:
                left.remove(twin)
                kept[part.pointer] = self._changed(part, twin)
            elif part.word == "use" and left:
                name = str(_at(self.meant, (*part.pointer, "use")))
                raise _changed_condition(name)
        order = [it.pointer for it in mine]
        added = [self.escape(_at(self.document, it.pointer)) for it in left]
        return {it: kept[it] for it in order if it in kept}, added

    def _is_alike(self, mine: Part, theirs: Part) -> bool:
        """Whether both say something of one attribute, or join conditions with one word."""
        if mine.word != theirs.word or mine.word == "use":
            return False
        return self._key(self.meant, mine) == self._key(self.document, theirs)

    def _key(self, content: JsonValue, part: Part) -> str:
        condition = _at(content, part.pointer)
        return next(iter(condition)) if isinstance(condition, Mapping) else ""

    def _changed(self, mine: Part, theirs: Part) -> JsonValue:
        key = self._key(self.meant, mine)
        place = (*mine.pointer, key)
        if mine.word != "line":
            union = All if mine.word == "all" else AnyOf
            kept, added = self._conditions(mine.parts, theirs.parts, union)
            return {key: [*kept.values(), *added]}
        test = _at(self.document, (*theirs.pointer, key))
        attribute = self.vocabulary.catalogue.attributes[key]
        return {key: self.lines.test(attribute, self._at(place), _at(self.meant, place), test)}


def _changed_condition(name: str) -> NotMerged:
    return NotMerged(
        f"the change is inside the shared condition {name}",
        f"change conditions/{name}.yaml, or write the condition out in this rule",
    )


def _below(rule: Part, word: str) -> tuple[Part, ...]:
    part = next((it for it in rule.parts if it.word == word), None)
    return part.parts if part is not None else ()


def _flat(node: Node, union: type[All | AnyOf]) -> tuple[Node, ...]:
    """The conditions that the node is among others joined in this way."""
    normal = normalise(node)
    return normal.children if isinstance(normal, union) else (normal,)


def _holds(parts: Iterable[Part], nodes: Iterable[Node]) -> bool:
    there = [normalise(it.node) for it in parts]
    return all(it in there for it in nodes)


def _without(parts: Iterable[Part], nodes: Sequence[Node]) -> list[Part]:
    return [it for it in parts if normalise(it.node) not in nodes]


def _at(content: JsonValue, pointer: Pointer) -> JsonValue:
    for step in pointer:
        assert isinstance(content, Mapping | list)
        content = content[step]  # type: ignore[index]
    return content
