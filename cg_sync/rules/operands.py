"""Reads what stands beside an operator, a value at a time; raises ValueRefused with what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonValue, canonical
from cg_sync.rules.calendar import midnight, parse_day, parse_moment
from cg_sync.rules.catalogue import Attribute, AttributeType
from cg_sync.rules.fold import is_blank, normal_domain
from cg_sync.rules.limits import MAX_TEXT, unseen_in
from cg_sync.rules.numbers import MAX_LETTERS, parse_number
from cg_sync.rules.problem import ValueRefused, spoken


@dataclass(frozen=True, slots=True)
class Span:
    """What a written date means: from its first day or instant to before the one that follows."""

    first: date
    after: date


Value = str | bool | Decimal | Span


def value_for(attribute: Attribute, written: JsonValue) -> Value:
    """The value to compare with: texts as written, domains, codes and numbers in normal form."""
    if written is None:
        hint = "customers without a value are decided by `missing: keep` or `missing: drop`"
        raise ValueRefused("CG-F23", "null is no value to compare with", hint=hint)
    return _READERS[attribute.type](attribute, written)


def seen_value_for(attribute: Attribute, written: JsonValue, *, is_pattern: bool = False) -> Value:
    """The same, if people see in the file what it is."""
    value = value_for(attribute, written)
    # A group is found by its exact name, which may be odd.
    is_text = attribute.type in ("string", "list") and not attribute.is_groups
    if is_text and isinstance(value, str):
        refuse_odd_text(value, is_pattern=is_pattern)
    return value


_BOOLEAN_WORDS = dict.fromkeys(("true", "yes", "on"), "true") | dict.fromkeys(
    ("false", "no", "off"), "false"
)


def _boolean(written: JsonValue) -> bool:
    if isinstance(written, bool):
        return written
    meant = _BOOLEAN_WORDS.get(written.lower()) if isinstance(written, str) else None
    hint = f"write {meant}, without quotes" if meant else "write true or false"
    raise ValueRefused("CG-F23", f"{spoken(written)} is neither true nor false", hint=hint)


def _text(written: JsonValue) -> str:
    if not isinstance(written, str):
        simple = isinstance(written, bool | int | float)
        hint = f"write it in quotes: '{canonical(written)}'" if simple else "write one text"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not a text", hint=hint)
    if is_blank(written):
        hint = "an empty text is a missing value, which `missing: keep` or `missing: drop` decides"
        raise ValueRefused("CG-F23", "an empty text is no value to compare with", hint=hint)
    return written


def refuse_odd_text(text: str, *, is_pattern: bool) -> None:
    """Raises ValueRefused for a text that cannot be what people see, or is too long; a pattern may
    be longer.
    """
    unseen = unseen_in(text)
    if unseen:
        seen = "".join(it for it in text.strip() if not unseen_in(f"x{it}x"))
        name = unicodedata.name(unseen, "").lower()
        called = f" ({name})" if name else ""
        message = f"{spoken(seen)} holds the invisible letter U+{ord(unseen):04X}{called}"
        raise ValueRefused("CG-F23", message, hint="write it without; no one sees it in the file")
    if len(text) > MAX_TEXT and not is_pattern:
        message = f"{spoken(text)} has {len(text)} letters, and a text can have {MAX_TEXT}"
        raise ValueRefused("CG-F23", message, hint="write `starts_with` and its beginning")


def _enum_value(written: str, values: tuple[str, ...]) -> str:
    if written not in values:
        hint = did_you_mean(written, values) or f"its values: {', '.join(values)}"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not one of its values", hint=hint)
    return written


def _number(written: JsonValue, *, whole: bool) -> Decimal:
    number = None
    if not isinstance(written, bool) and isinstance(written, int | float | str):
        number = parse_number(_as_written(written))
    if number is None or (whole and number != number.to_integral_value()):
        kind = "a whole number" if whole else "a decimal number"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not {kind}", hint=_number_hint(whole))
    return number


def _number_hint(whole: bool) -> str:
    if whole:
        return f"write digits alone, at most {MAX_LETTERS}, such as 12"
    return f"write digits, at most {MAX_LETTERS}, and a point before decimals, such as 12.50"


def _as_written(written: int | float | str) -> str:
    """The digits that the author wrote; empty when a number in YAML cannot tell."""
    if not isinstance(written, float):
        # Python refuses to print integers of some thousand digits.
        long = isinstance(written, int) and abs(written) >= 10**MAX_LETTERS
        return "" if long else str(written)
    text = repr(written).removesuffix(".0")
    if len(text.strip("-").replace(".", "").lstrip("0")) > 15:
        hint = f"write it in quotes, so that no digit is lost: '{text}'"
        raise ValueRefused("CG-F23", f"{spoken(written)} has too many digits", hint=hint)
    return text


def _day(written: JsonValue) -> Span:
    day = parse_day(written) if isinstance(written, str) else None
    if day is None:
        hint = "write YYYY-MM-DD, such as 2026-09-01"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not a date", hint=hint)
    return Span(day, _day_after(day))


def _moment(written: JsonValue, zone: str) -> Span:
    """A bare date is the whole day in the time zone; a moment lasts a microsecond."""
    text = written if isinstance(written, str) else ""
    day, moment = parse_day(text), parse_moment(text, zone)
    try:
        if day is not None:
            return Span(midnight(day, zone), midnight(_day_after(day), zone))
        if moment is not None:
            return Span(moment, moment + timedelta(microseconds=1))
    except OverflowError as error:
        raise out_of_range(text) from error
    hint = "write 2026-09-01, 2026-09-01T09:00 or 2026-09-01T09:00+03:00"
    raise ValueRefused("CG-F23", f"{spoken(written)} is not a date or a date and time", hint=hint)


def _day_after(day: date) -> date:
    if day == date.max:
        raise out_of_range(day.isoformat())
    return day + timedelta(days=1)


def out_of_range(written: str) -> ValueRefused:
    """The refusal of a date that the calendar has no room around."""
    message = f"{spoken(written)} is too early or too late a date"
    return ValueRefused("CG-F23", message, hint="a rule has dates of the years 1000 to 9998")


_COUNTRY_CODE = re.compile(r"\+?([1-9][0-9]{0,2})")


def _country_code(written: JsonValue) -> str:
    simple = not isinstance(written, bool | float | list | tuple | Mapping)
    found = _COUNTRY_CODE.fullmatch(str(written)[:10]) if simple else None
    if found is None:
        hint = "write one to three digits, such as 90"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not a country code", hint=hint)
    return found[1]


def _domain(written: str) -> str:
    try:
        domain = normal_domain(written)
    except ValueError as error:
        raise _no_domain(written) from error
    if domain.endswith("."):
        raise _no_domain(written)
    return domain


def _no_domain(written: str) -> ValueRefused:
    message = f"{spoken(written)} is not a domain name"
    return ValueRefused("CG-E01", message, hint=_domain_hint(written))


def _domain_hint(written: str) -> str:
    mended = mended_domain(written)
    return f"write {mended}" if mended else "write the domain alone, such as edu.tr"


def mended_domain(written: str) -> str | None:
    """The domain that somebody meant who wrote more around it; None when it is not to be seen."""
    bare = written.rpartition("@")[2].strip("*. ")
    try:
        return normal_domain(bare).rstrip(".")
    except ValueError:
        return None


_READERS: Final[Mapping[AttributeType, Callable[[Attribute, JsonValue], Value]]] = {
    "boolean": lambda _, written: _boolean(written),
    "enum": lambda it, written: _enum_value(_text(written), it.values),
    "string": lambda _, written: _text(written),
    "email": lambda _, written: _domain(_text(written)),
    "phone": lambda _, written: _country_code(written),
    "integer": lambda _, written: _number(written, whole=True),
    "decimal": lambda _, written: _number(written, whole=False),
    "date": lambda _, written: _day(written),
    "datetime": lambda it, written: _moment(written, it.timezone),
    "list": lambda _, written: _text(written),
}
