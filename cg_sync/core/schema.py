"""Holds a document against its JSON Schema and says what is wrong in words that people use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from cg_sync.core.document import Document
from cg_sync.errors import Problem, did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer, canonical, shown

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

MAX_SHOWN_LETTERS = 60
MAX_SHOWN_NAMES = 16

_TYPE_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (key: value)",
    "null": "nothing",
}

# Where a schema has an `x-message`, it takes the place of our own words about these keywords.
_REWORDED = frozenset(
    {"enum", "maxProperties", "maximum", "minProperties", "minimum", "not", "pattern", "required"}
)


class Law:
    """The schemas by name. What stands in documents is plain dicts, lists and scalars."""

    def __init__(self, schemas: Mapping[str, JsonObject]) -> None:
        self._schemas = schemas
        self._accepts: dict[str, Callable[[JsonValue], bool]] = {}

    def check(
        self, name: str, document: Document, *, leaving: Sequence[Pointer] = ()
    ) -> tuple[Problem, ...]:
        """All in which `document` does not obey the schema `name`, in the order of the file.

        What is wrong with or below a value in `leaving` is left out.
        Raises KeyError for a schema that does not exist.
        """
        if document.content is None:
            hint = f"`cg-sync schema {name}` prints what belongs in it"
            return (document.problem("CG-F06", "the file is empty", hint=hint),)
        if name not in self._accepts:
            self._accepts[name] = _compiled(self._schemas[name])
        if self._accepts[name](document.content):
            return ()
        # The quick validator only ever says yes; what it refuses is judged and worded here.
        faults: dict[tuple[Pointer, str], _Fault] = {}
        for error in sorted(_judge(self._schemas[name]).iter_errors(document.content), key=_rank):
            path = tuple(error.absolute_path)
            if not any(path[: len(left)] == left for left in leaving):
                for fault in _faults(error):
                    faults.setdefault((fault.pointer, fault.lacks), fault)
        problems = [
            fault.at(document)
            for fault in faults.values()
            if not fault.follows_from(faults.values())
        ]
        return tuple(sorted(problems, key=attrgetter("where")))


@dataclass(frozen=True, slots=True)
class _Fault:
    """One message. Of several at one place the first counts, unless they lack different fields."""

    pointer: Pointer
    message: str
    hint: str = ""
    code: str = "CG-F06"
    of_key: bool = False
    lacks: str = ""

    def follows_from(self, others: Iterable[_Fault]) -> bool:
        """Whether what is missing here is there, misspelt: that is one mistake, not two."""
        return self.lacks != "" and any(
            other.code == "CG-F05"
            and other.pointer[:-1] == self.pointer
            and did_you_mean(str(other.pointer[-1]), [self.lacks]) != ""
            for other in others
        )

    def at(self, document: Document) -> Problem:
        named = (*self.pointer, self.lacks) if self.lacks else self.pointer
        place = shown(tuple(_cut(step) if isinstance(step, str) else step for step in named))
        message = f"{place}: {self.message}" if place else self.message
        return document.problem(
            self.code, message, self.pointer, of_key=self.of_key, hint=self.hint
        )


def _rank(error: ValidationError) -> int:
    """Sorts first what leaves no interest in other errors at the same place."""
    if error.validator == "additionalProperties":
        return 0
    if "propertyNames" in error.relative_schema_path:
        return 1
    return 2 if error.validator == "type" else 3


def _faults(error: ValidationError) -> Iterator[_Fault]:
    """What one error of the validator means: one thing, or one for each wrong key or item."""
    pointer: Pointer = tuple(error.absolute_path)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    value: Any = error.instance
    reworded = schema.get("x-message") if error.validator in _REWORDED else None
    if "propertyNames" in error.relative_schema_path:
        message, hint = (reworded, "") if reworded else _wording(error)
        yield _Fault((*pointer, value), message, hint, of_key=True)
    elif value is None:
        after = f"`{_cut(pointer[-1])}:`" if isinstance(pointer[-1], str) else "the `-`"
        hint = "write a value, or remove the line"
        yield _Fault(pointer, f"nothing is written after {after}", hint)
    elif reworded:
        yield _Fault(pointer, reworded)
    elif error.validator == "additionalProperties":
        names = list(schema.get("properties", ()))
        for key in (key for key in value if key not in names):
            hint = did_you_mean(key, names) or f"allowed here: {_listed(names)}"
            yield _Fault((*pointer, key), "no such field", hint, "CG-F05", of_key=True)
    elif error.validator == "required":
        wanted: Any = error.validator_value
        for name in (name for name in wanted if name not in value):
            yield _Fault(pointer, "missing", f"add `{name}:`", lacks=name)
    elif error.validator == "uniqueItems":
        yield _Fault(pointer, error.message, "remove one of the two")
    else:
        yield _Fault(pointer, *_wording(error))


def _wording(error: ValidationError) -> tuple[str, str]:
    """Message and hint about one value that is not as its schema wants it."""
    value: Any = error.instance
    wanted: Any = error.validator_value
    keyword: Any = error.validator
    match keyword:
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            words = _any_of(_TYPE_WORDS[it] for it in types)
            bare = "string" in types and isinstance(value, int | float)
            hint = "put it in quotes if it is meant as a text" if bare else ""
            return f"expected {words}, found {_seen(value)}", hint
        case "enum":
            names = [str(it) for it in wanted]
            hint = did_you_mean(value, names) if isinstance(value, str) else ""
            return f"expected {_any_of(names)}, found {_seen(value)}", hint
        case "minimum":
            return f"{_cut(str(value))} is less than the minimum of {wanted}", ""
        case "maximum":
            return f"{_cut(str(value))} is more than the maximum of {wanted}", ""
        case "minLength" | "minItems" if not value:
            return "is empty", ""
        case "minLength" | "minItems" | "maxLength" | "maxItems":
            size = _count(len(value), "letter" if isinstance(value, str) else "item")
            return f"has {size}, the {keyword[:3]}imum is {wanted:,}", ""
        case None:  # the schema `false`
            return "not allowed here", ""
        case _:
            return f"not allowed by the schema ({keyword})", ""


def _seen(value: Any) -> str:
    """What stands in the file, in a few words; customers' e-mail addresses are not repeated."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {_cut(str(value))}"
        case str():
            quoted = json.dumps(_cut(value), ensure_ascii=False)
            return "a text" if "@" in value else f"the text {quoted}"
        case Mapping():
            return f"a mapping with {_count(len(value), 'key')}"
        case _:
            return f"a list with {_count(len(value), 'item')}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN_LETTERS else f"{text[: MAX_SHOWN_LETTERS - 1]}…"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MAX_SHOWN_NAMES
    return ", ".join(names[:MAX_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _any_of(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _compiled(schema: JsonObject) -> Callable[[JsonValue], bool]:
    """Says quickly whether a value obeys `schema`; slowly where jsonschema-rs has no wheel."""
    try:
        import jsonschema_rs
    except ImportError:
        return _judge(schema).is_valid
    quick = jsonschema_rs.Draft202012Validator(dict(schema))

    def accepts(content: JsonValue) -> bool:
        try:
            return quick.is_valid(content)
        except ValueError:  # what is no JSON to Rust, such as half a surrogate pair
            return False

    return accepts


def _judge(schema: JsonObject) -> Validator:
    return _judge_class()(schema)


@cache
def _judge_class() -> type[Validator]:
    """The validator that explains itself, put right where it differs from the quick one."""
    # Imported late: it takes a tenth of a second, and files without a problem never need it.
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(_: Validator, wanted: str, value: Any, __: Any) -> Iterator[ValidationError]:
        # In Python alone `$` also matches before a line break at the very end.
        if isinstance(value, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", wanted), value):
            yield ValidationError("pattern")

    def unique(_: Validator, wanted: bool, items: Any, __: Any) -> Iterator[ValidationError]:
        # The validator's own way takes minutes for a long list of both texts and numbers.
        first: dict[str, int] = {}
        for index, item in enumerate(items if wanted and isinstance(items, list) else ()):
            earlier = first.setdefault(canonical(item), index)
            if earlier != index:
                message = f"the same as item {earlier + 1} of the list"
                yield ValidationError(message, path=(index,), instance=item)

    extend: Callable[..., type[Validator]] = validators.extend
    return extend(Draft202012Validator, {"pattern": pattern, "uniqueItems": unique})
