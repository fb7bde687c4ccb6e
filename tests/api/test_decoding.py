"""JSON is read the same with orjson and without: same values, same refusals."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.api import decoding
from cg_sync.api.decoding import ALL_FIELDS, json_in
from cg_sync.jsonvalue import JsonObject, JsonValue


@pytest.fixture
def without_orjson(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "orjson", None)
    decoding._quick.cache_clear()
    yield
    decoding._quick.cache_clear()


def refuse(name: str) -> None:
    raise ValueError(name)


def outcome(text: bytes, *, plainly: bool = False) -> str:
    """The value, with its types, or what is raised instead, with its words."""
    try:
        value = json.loads(text, parse_constant=refuse) if plainly else json_in(text)
    except json.JSONDecodeError as error:
        return f"JSONDecodeError: {error}"
    except (ValueError, RecursionError) as error:
        return type(error).__name__
    return repr(value)


EMAIL = frozenset({"email"})


def outcome_for_email(page: bytes, *, fields: frozenset[str] = ALL_FIELDS) -> str:
    """What is read of a page, with its types, or how it is refused."""
    try:
        value = json_in(page, fields)
    except json.JSONDecodeError as error:
        return f"JSONDecodeError: {error}"
    except (ValueError, RecursionError) as error:
        return type(error).__name__
    return repr(as_read_for_email(value))


def as_read_for_email(value: JsonValue) -> JsonValue:
    """What of a page may not be missing; anything else than a page as it is."""
    rows = value.get("results") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(rows, list):
        return value
    few = [_only(it, "pk", "id", "email") if isinstance(it, dict) else it for it in rows]
    return {**_only(value, "count", "next"), "results": few}


def _only(value: JsonObject, *names: str) -> dict[str, JsonValue]:
    return {name: value[name] for name in names if name in value}


ODD = [
    b"", b"5", b"-0", b"-0.0", b"1e400", b"-1e400", b"5e-324", b"1E5", b"01", b"1.", b"-", b"tru",
    b"NaN", b"[Infinity]", b"-Infinity", b'"NaN"', b"9007199254740993", b"9007199254740993.0",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808",
    b"-9223372036854775809", b"18446744073709551615", b"18446744073709551616",
    b"[1, 123456789012345678901234567890]", b"[[[[1, -9999999999999999999]]]]",
    b"0.12345678901234567890", b"1" * 5_000,
    b'{"a": 1, "a": 2}', b'{"a": 1}{}', b"[1,]", b"[1]\x00", b" [1]\n", b"\x0b[1]", b"[1",
    b'{"count": 3, "results": [{"pk', b'"\\ud800"', b'"\\ude00\\ud83d"', b'"\\ud83d\\ude00"',
    b'"\\u0000"', b'"\\x"', b'"\x01"', b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf[]",
    b"\xff\xfe[\x00]\x00", "['İ']".encode(), '["İstanbul"]'.encode(), b"[" * 100_000,
    b'{"a":' * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=lambda it: repr(it[:30]))
def test_odd_texts_are_read_as_the_standard_library_reads_them(text: bytes) -> None:
    assert outcome(text) == outcome(text, plainly=True)


@pytest.mark.parametrize("text", [b'[1, "\xc4\xb0"]', b"[1e400]", b"[NaN]", b"[" * 100_000])
@pytest.mark.usefixtures("without_orjson")
def test_all_is_the_same_where_nobody_has_built_orjson(text: bytes) -> None:
    assert decoding._quick() is None
    assert outcome(text) == outcome(text, plainly=True)


@pytest.mark.parametrize("text", ODD, ids=lambda it: repr(it[:30]))
def test_pages_are_read_for_some_fields_as_they_are_read_for_all(text: bytes) -> None:
    for page in (
        b'{"count": 1, "next": null, "results": [{"pk": 1, "email": %s}]}' % text,
        b'{"results": [{"id": 1, "email": "a", "note": %s}]}' % text,
        b'{"results": [%s], "count": 1}' % text,
        text,
    ):
        assert outcome_for_email(page, fields=EMAIL) == outcome_for_email(page)


def test_of_rows_only_what_is_asked_for_is_read_where_nothing_is_odd() -> None:
    page = b'{"count":1,"next":"/?page=2","at":7,"results":[{"id":1,"n":[123],"email":"a"}]}'
    few = {"count": 1, "next": "/?page=2", "results": [{"id": 1, "email": "a"}]}
    assert json_in(page, EMAIL) == few
    assert json_in(page) == json.loads(page)


def test_what_both_read_alike_is_read_by_the_quick_one(monkeypatch: pytest.MonkeyPatch) -> None:
    page = b'{"count":1,"results":[{"pk":1,"date":"2026-11-22T06:15:48.123456+03:00","n":1e3}]}'
    asked: list[bytes] = []

    def quick(text: bytes) -> JsonValue:
        asked.append(text)
        return "quick"

    monkeypatch.setattr(decoding, "_quick", lambda: quick)
    assert json_in(page) == "quick"
    assert json_in(b"[12345678901234567890]") == [12345678901234567890]
    assert asked == [page]


TEXTS = st.text(st.characters(exclude_categories=()), max_size=8)
NUMBERS = st.integers() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.unmeasured
@given(VALUES, st.booleans(), st.sampled_from([(",", ":"), (", ", ": ")]), st.data())
def test_any_text_whole_or_damaged_is_read_alike(
    value: JsonValue, is_ascii: bool, separators: tuple[str, str], data: st.DataObject
) -> None:
    written = json.dumps(value, ensure_ascii=is_ascii, separators=separators)
    text = written.encode("utf-8", "surrogatepass")
    assert outcome(text) == outcome(text, plainly=True)
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.binary(max_size=2)) + text[at + 1 :]
    assert outcome(damaged) == outcome(damaged, plainly=True)


ROWS = st.lists(
    st.dictionaries(st.sampled_from(["pk", "id", "email", "note"]), VALUES, max_size=4) | VALUES,
    max_size=3,
)


@pytest.mark.unmeasured
@given(ROWS, VALUES, st.booleans(), st.data())
def test_any_page_whole_or_damaged_is_read_alike_for_some_fields(
    rows: JsonValue, count: JsonValue, is_ascii: bool, data: st.DataObject
) -> None:
    page = {"count": count, "more": rows, "results": rows}
    text = json.dumps(page, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    assert outcome_for_email(text, fields=EMAIL) == outcome_for_email(text)
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.binary(max_size=2)) + text[at + 1 :]
    assert outcome_for_email(damaged, fields=EMAIL) == outcome_for_email(damaged)


@pytest.mark.unmeasured
@given(st.integers(19, 40), st.binary(max_size=40), st.binary(max_size=40))
def test_no_number_beyond_64_bits_is_overlooked(length: int, before: bytes, after: bytes) -> None:
    assert decoding._has_many_digits(before + b"7" * length + after)
