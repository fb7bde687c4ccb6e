"""One spelling for texts and domains that people take for the same, as docs/shop-api.md has it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_TURKISH_I: Final = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
_DOT_ABOVE: Final = "\u0307"

_PLAIN_DOMAIN: Final = re.compile(
    r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)*"
)
"""Letters, digits, dots and single hyphens inside labels: of these IDNA changes only the case."""
_LONGEST_LABEL: Final = 63


def fold(text: str) -> str:
    """The form in which texts are compared: case, Turkish i and compatibility forms are alike."""
    # Of the steps below only these two change anything in ASCII.
    return text.strip().lower() if text.isascii() else _folded(text)


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().translate(_TURKISH_I).casefold()
    return unicodedata.normalize("NFKC", folded.replace(_DOT_ABOVE, ""))


def is_blank(text: str) -> bool:
    """Whether a text counts as no value."""
    return not text.strip()


def are_plain_domains(texts: Sequence[str]) -> bool:
    """Whether these are domain names in ASCII, of which only the case is not in normal form."""
    # A name that is no longer than a label may be has no label that is too long.
    return max(map(len, texts)) <= _LONGEST_LABEL and all(map(_PLAIN_DOMAIN.fullmatch, texts))


def normal_domain(text: str) -> str:
    """A domain name in ASCII and lower case; raises ValueError when IDNA refuses it."""
    is_plain = len(text) <= _LONGEST_LABEL and _PLAIN_DOMAIN.fullmatch(text) is not None
    return text.lower() if is_plain else _in_ascii(text)


@lru_cache(maxsize=65_536)
def _in_ascii(text: str) -> str:
    # Imported where a name asks for it: most are plain.
    import idna

    # IDNA would make `İ` an i with a combining dot; `ı` stays, as it is a domain letter of its own.
    name = text.removesuffix(".").replace("İ", "i")
    return idna.encode(name, uts46=True).decode("ascii").lower()


@lru_cache(maxsize=65_536)
def _domain_or_none(text: str) -> str | None:
    try:
        return normal_domain(text)
    except ValueError:
        return None


def email_domain(address: str) -> str | None:
    """The domain of an e-mail address in normal form; None when it has none that IDNA accepts."""
    _, at, domain = address.rpartition("@")
    return _domain_or_none(domain) if at else None
