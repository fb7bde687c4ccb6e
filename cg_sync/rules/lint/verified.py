"""Finds who gets in by an e-mail domain without any proof that the address is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, cast

from cg_sync.errors import Severity
from cg_sync.jsonvalue import JsonValue, Pointer
from cg_sync.rules.lint.finding import Finding
from cg_sync.rules.lint.written import Line, Use, line_of
from cg_sync.rules.parse import Vocabulary

_STATES: Final = (False, None)
"""What is known of an address that is not verified: that it is not, or nothing."""


def check_verified(content: JsonValue, vocabulary: Vocabulary) -> Iterator[Finding]:
    """CG-E04, once for each line, or use of a shared condition, through which somebody gets in.

    Nothing when the catalogue has no attribute that tells whether an address is verified.
    """
    verifiers = vocabulary.catalogue.verifiers
    if not verifiers or not isinstance(content, Mapping):
        return
    found: dict[Pointer, None] = {}
    for state in _STATES:
        reader = _Unverified(vocabulary, frozenset(verifiers), state)
        found |= dict.fromkeys(reader.rule(content).through)
    for pointer in found:
        message = "anybody can type in an address of that domain, and no line asks for proof"
        hint = f"add `{verifiers[0]}: true` beside it"
        yield Finding("CG-E04", Severity.WARNING, pointer, message, hint, of_key=True)


def lets_in(it: Line | Use) -> bool:
    """Whether somebody may get in by an e-mail domain here."""
    if isinstance(it, Use):
        return True
    return it.attribute.type == "email" and not it.inverted and "present" not in it.operators


class _Answer(NamedTuple):
    """What a part says of everybody who is not verified, None when it depends on more.

    Then `through` are the lines on e-mail domains by which it may say yes.
    """

    truth: bool | None
    through: tuple[Pointer, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unverified:
    """Reads a rule for customers whose address is not verified, in one of the states of that.

    Below a shared condition, `at` is the place that uses it.
    """

    vocabulary: Vocabulary
    verifiers: frozenset[str]
    state: bool | None
    at: Pointer = ()

    def rule(self, content: Mapping[str, JsonValue]) -> _Answer:
        """Of a rule; a raw one selects nobody for sure."""
        match = self._conditions(content.get("match"), ("match",), inverted=False)
        excepted = _any(self._each(content.get("except", ()), ("except",), inverted=True))
        return _all((match, _not(excepted)))

    def _conditions(self, content: JsonValue, pointer: Pointer, *, inverted: bool) -> _Answer:
        """Of a condition, or of a list of which all must hold."""
        if not isinstance(content, Mapping | list | tuple):
            return _Answer(None)  # everyone
        return _all(self._each(content, pointer, inverted=inverted))

    def _each(self, content: JsonValue, pointer: Pointer, *, inverted: bool) -> Iterator[_Answer]:
        if isinstance(content, Mapping):
            yield self._condition(content, pointer, inverted=inverted)
        else:
            for index, item in enumerate(cast("list[Mapping[str, JsonValue]]", content)):
                yield self._condition(item, (*pointer, index), inverted=inverted)

    def _condition(
        self, content: Mapping[str, JsonValue], pointer: Pointer, *, inverted: bool
    ) -> _Answer:
        ((key, value),) = content.items()
        here = (*pointer, key)
        match key:
            case "all":
                return _all(self._each(value, here, inverted=inverted))
            case "any":
                return _any(self._each(value, here, inverted=inverted))
            case "none":
                return _not(_any(self._each(value, here, inverted=not inverted)))
            case "use":
                shared = self.vocabulary.conditions[cast(str, value)]
                inside = replace(self, at=self.at or here)
                return inside._conditions(shared, (), inverted=inverted)
            case _:
                attribute = self.vocabulary.catalogue.attributes[key]
                return self._line(line_of(attribute, value, here, inverted=inverted))

    def _line(self, line: Line) -> _Answer:
        if line.attribute.name in self.verifiers:
            return _Answer(_truth(line, self.state if line.attribute.may_lack else False))
        return _Answer(None, (self.at or line.pointer,) if lets_in(line) else ())


def _truth(line: Line, state: bool | None) -> bool:
    """What a line on a verifying attribute says of that state of it."""
    ((word, operand),) = line.operators.items()
    if word == "present":
        return operand is (state is not None)
    return operand is state if state is not None else (line.missing == "keep") is not line.inverted


def _all(parts: Iterable[_Answer]) -> _Answer:
    return _joined(parts, deciding=False)


def _any(parts: Iterable[_Answer]) -> _Answer:
    return _joined(parts, deciding=True)


def _joined(parts: Iterable[_Answer], *, deciding: bool) -> _Answer:
    answers = tuple(parts)
    truths = {it.truth for it in answers}
    if deciding in truths:
        return _Answer(deciding)
    if None not in truths:
        return _Answer(not deciding)
    return _Answer(None, tuple(place for it in answers for place in it.through))


def _not(answer: _Answer) -> _Answer:
    return answer._replace(truth=None if answer.truth is None else not answer.truth)
