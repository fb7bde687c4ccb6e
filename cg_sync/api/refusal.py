"""Reads what the shop says when it refuses (any JSON, HTML, plain text) into one sentence. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import islice

from cg_sync.jsonvalue import JsonValue, Pointer, shown

TEXT_LIMIT = 500
HTML_TEXT_LIMIT = 80
_BYTES_READ = 65_536
_HTML_READ = 4_000
_MESSAGES_READ = 50
_DEPTH_READ = 20

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_TITLE = re.compile(r"<title[^<>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_NOT_TEXT = re.compile(
    r"<(script|style|title)\b.*?</\1[^<>]*>|<!--.*?-->|<[^<>]*>", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """`text` is one line, safe to print; `fields` has the shop's own words about each field."""

    text: str
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def refusal_in(body: bytes) -> Refusal:
    """What `body` says, whatever it is; never raises."""
    if is_html(body):
        return Refusal(html_summary(body))
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return Refusal(one_line(_decoded(body[:_BYTES_READ])) or "no reason given")
    return _refusal_of(payload)


def is_html(body: bytes) -> bool:
    """True for anything that opens like a tag: JSON never does."""
    return body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def html_summary(body: bytes) -> str:
    """The title of the page and the first 80 characters of its text."""
    page = _decoded(body[:_HTML_READ])
    found = _TITLE.search(page)
    title = one_line(unescape(found.group(1))) if found else ""
    text = one_line(unescape(_NOT_TEXT.sub(" ", page)), limit=HTML_TEXT_LIMIT)
    parts = [part for part in (title, text.removeprefix(title).strip()) if part]
    return one_line(": ".join(parts)) or "an empty web page"


def one_line(text: str, limit: int = TEXT_LIMIT) -> str:
    """`text` on one line, at most `limit` characters long, invisible characters escaped."""
    line = "".join(map(_visible, " ".join(text[: 8 * limit].split())))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _visible(letter: str) -> str:
    if unicodedata.category(letter) in _UNSAFE:
        return letter.encode("unicode_escape").decode("ascii")
    return letter


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _refusal_of(payload: JsonValue) -> Refusal:
    sentences: list[str] = []
    codes: list[str] = []
    fields: dict[str, tuple[str, ...]] = {}
    # Price lists have a field named `code`; only beside `detail` is it the code of the error.
    is_coded = isinstance(payload, Mapping) and "detail" in payload
    for pointer, message in islice(_messages(payload, ()), _MESSAGES_READ):
        sentence = message.strip().removesuffix(".")
        match pointer:
            case ("error_code",):
                codes.append(f"[{sentence}]")
            case ("code",) if is_coded:
                codes.append(f"[{sentence}]")
            case () | ("detail" | "error" | "message" | "non_field_errors",):
                sentences.append(sentence)
            case _:
                name = one_line(shown(pointer))
                fields[name] = (*fields.get(name, ()), one_line(message))
                sentences.append(f"{name}: {sentence}")
    reason = "; ".join(sentences) or "no reason given"
    return Refusal(one_line(" ".join([reason, *codes])), fields)


def _messages(value: JsonValue, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Every text in `value` with its field; texts side by side in a list share their field."""
    if len(pointer) > _DEPTH_READ:
        yield pointer, "…"
    elif isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _messages(below, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            nested = isinstance(item, list | Mapping)
            yield from _messages(item, (*pointer, index) if nested else pointer)
    elif value is not None:
        yield pointer, json.dumps(value)
