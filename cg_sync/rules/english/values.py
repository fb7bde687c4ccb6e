"""Values as a sentence names them: few by name, many by number, whole value lists by their name."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import Literal, assert_never

from cg_sync.rules.english.names import Names
from cg_sync.rules.fold import fold, normal_domain
from cg_sync.rules.once import once_for_long
from cg_sync.rules.tests import DomainIn, Holds, InGroups, OneOf, PhoneCountry, TextIs, comparables

MOST_VALUES = 5
"""Said by name; the others are counted."""
MOST_LETTERS = 80
"""Of one value."""

OfValues = OneOf | TextIs | DomainIn | PhoneCountry | Holds | InGroups
"""Tests that name values."""
Of = Literal["one of", "any of", "all of", "none of"]
Key = str | bool
"""A value in the form in which it is compared."""

_DIGITS = "0123456789"
_BARE = re.compile(r"\w[\w.@/-]*")
_WORDS = frozenset(
    {"a", "all", "an", "and", "any", "at", "before", "below", "exactly", "false", "from", "group",
     "groups", "in", "is", "list", "more", "no", "none", "not", "of", "on", "one", "or", "the",
     "to", "true", "values"}
)  # fmt: skip
"""Small words of sentences; in capitals they cannot be taken for those."""


def spoken(value: str | bool) -> str:
    """A value in a sentence: bare when it is one word that cannot be taken for the sentence's own,
    else in quotes; a long one cut.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if len(value) <= MOST_LETTERS and _BARE.fullmatch(value) and value not in _WORDS:
        return value
    return quoted(value)


def quoted(text: str) -> str:
    """The text in quotes, those within it escaped; a long one cut."""
    return json.dumps(_cut(text), ensure_ascii=False)


def pattern_spoken(pattern: str) -> str:
    """A pattern whole, in the quotes in which YAML takes it as it is."""
    doubled = pattern.replace("'", "''")
    return f"'{doubled}'"


def _cut(text: str) -> str:
    if len(text) <= MOST_LETTERS:
        return text
    kept = text[: MOST_LETTERS - 1]
    # An e-mail address must not be cut in two: of a part reports do not see that it is one.
    return f"{kept.rpartition(' ')[0] if '@' in text else kept}…"


def human_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key to sort by: letters without regard to case or accents, numbers by what they count."""
    plain = unicodedata.normalize("NFKD", _folded(text))
    letters = "".join(it for it in plain if not unicodedata.combining(it))
    parts = re.findall(r"[0-9]{1,40}|[^0-9]+", letters)
    return tuple((0, int(it), "") if it[0] in _DIGITS else (1, 0, it) for it in parts)


def sample(values: Iterable[str | bool], say: Callable[[str | bool], str] = spoken) -> list[str]:
    """The first few values in human order, as they are said."""
    return [say(it) for it in _first_few(tuple(values))]


@once_for_long
def _first_few(values: tuple[str | bool, ...]) -> list[str | bool]:
    return nsmallest(MOST_VALUES, values, key=lambda it: (human_order(str(it)), str(it)))


@dataclass(frozen=True, slots=True)
class Named:
    """The values of a test: each as compared and as written, how each is said, and the value list
    that holds just these.
    """

    written: Mapping[Key, str | bool]
    say: Callable[[str | bool], str]
    listed: str | None


def values_of(test: OfValues) -> tuple[str | bool, ...]:
    """The values that a test names, none there twice."""
    match test:
        case OneOf(values):
            return values
        case TextIs(_, texts) | Holds(texts) | DomainIn(texts) | PhoneCountry(texts):
            return texts
        case InGroups(groups):
            return groups
        case _:
            assert_never(test)


def named(test: OfValues, names: Names) -> Named:
    """The values of a test, and the value list they are."""
    values = values_of(test)
    match test:
        case OneOf() | TextIs() | Holds():
            texts = _folded_texts(values)
            listed = names.list_of(texts, _folded) if len(texts) == len(values) else None
            say = _in_quotes if isinstance(test, TextIs) else spoken
            return Named(_by_key(values), say, listed)
        case DomainIn():
            listed = names.list_of(test.names, normal_domain)
            return Named(_by_itself(values), spoken, listed)
        case PhoneCountry(codes):
            listed = names.list_of(frozenset(codes), _country_code)
            return Named(_by_itself(values), _dialled, listed)
        case InGroups(groups):
            return Named(_by_itself(values), spoken, names.list_of(frozenset(groups), str))
        case _:
            assert_never(test)


@once_for_long
def _by_key(values: tuple[str | bool, ...]) -> Mapping[Key, str | bool]:
    return dict(zip(comparables(values), values, strict=True))


@once_for_long
def _by_itself(values: tuple[str | bool, ...]) -> Mapping[Key, str | bool]:
    return {it: it for it in values}


@once_for_long
def _folded_texts(values: tuple[str | bool, ...]) -> frozenset[str]:
    return frozenset(it for it in comparables(values) if isinstance(it, str))


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    # The values of a long list are in the old rule, in the new one, and in the list.
    return fold(text)


def _in_quotes(value: str | bool) -> str:
    return quoted(str(value))


def _country_code(text: str) -> str:
    return text.removeprefix("+")


def _dialled(code: str | bool) -> str:
    return f"+{code}"


def among(of: Of, test: OfValues, names: Names, noun: str = "") -> str:
    """The values as the object of a verb: `A, B or C`, `none of A and B`, `one of A, … and 12 more`
    or `one of the 12 values of the list NAME`; a single value is always bare.

    With a `noun` that they are: `the group A or B`, `none of the groups A and B`.
    """
    found = named(test, names)
    values, number = found.written.values(), len(found.written)
    if found.listed is not None and number > MOST_VALUES:
        return f"{of} the {number:,} {noun or 'value'}s of the list {found.listed}"
    shown = sample(values, found.say)
    whole = f" (list {found.listed})" if found.listed is not None else ""
    if number == 1 or (of in ("one of", "any of") and number <= MOST_VALUES):
        return f"{f'the {noun} ' if noun else ''}{joined(shown, 'or')}{whole}"
    of_these = f"{of} the {noun}s" if noun else of
    if number > MOST_VALUES:
        return f"{of_these} {', '.join(shown)} and {number - MOST_VALUES:,} more"
    return f"{of_these} {joined(shown, 'and')}{whole}"


def joined(texts: Sequence[str], word: str) -> str:
    """`A, B or C`."""
    *first, last = texts
    return f"{', '.join(first)} {word} {last}" if first else last
