"""One spelling for texts and domains that people take for the same, as docs/shop-api.md has it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import idna

_TURKISH_I = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
_DOT_ABOVE = "\u0307"


def fold(text: str) -> str:
    """The form in which texts are compared: case, Turkish i and compatibility forms are alike."""
    folded = unicodedata.normalize("NFKC", text).strip().translate(_TURKISH_I).casefold()
    return unicodedata.normalize("NFKC", folded.replace(_DOT_ABOVE, ""))


def is_blank(text: str) -> bool:
    """Whether a text counts as no value."""
    return not text.strip()


@lru_cache(maxsize=65_536)
def normal_domain(text: str) -> str:
    """A domain name in ASCII and lower case; raises ValueError when IDNA refuses it."""
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
