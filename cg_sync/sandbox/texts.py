"""Texts as rules compare them: folded, and e-mail domains as DNS has them."""

import unicodedata
from functools import lru_cache

import idna


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """One spelling for texts that differ in case, Turkish i or compatibility forms."""
    text = unicodedata.normalize("NFKC", text).strip()
    text = text.translate({ord("İ"): "i", ord("I"): "i", ord("ı"): "i"}).casefold()
    return unicodedata.normalize("NFKC", text.replace("\u0307", ""))


def email_domain(email: object) -> str | None:
    """The ASCII domain of an e-mail address, or None when it has none."""
    if not isinstance(email, str) or "@" not in email:
        return None
    return ascii_domain(email.rpartition("@")[2])


def ascii_domain(domain: object) -> str | None:
    """The domain as DNS has it, or None when IDNA refuses it."""
    return _to_ascii(domain) if isinstance(domain, str) else None


@lru_cache(maxsize=4096)
def _to_ascii(domain: str) -> str | None:
    try:
        return idna.encode(domain.removesuffix(".").replace("İ", "i"), uts46=True).decode().lower()
    except idna.IDNAError:
        return None
