"""E-mail domains that select more people, or other people, than they seem to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from cg_sync.errors import Severity
from cg_sync.jsonvalue import Pointer
from cg_sync.rules.fold import normal_domain
from cg_sync.rules.lint.finding import Finding
from cg_sync.rules.problem import spoken

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

INSTITUTIONAL: Final = frozenset(
    {"ac", "bel", "edu", "gob", "gouv", "gov", "gub", "k12", "mil", "pol", "sch", "tsk"}
)
"""Labels, left of a country's, below which only institutions get a name."""
INSTITUTIONAL_TOP: Final = frozenset({"edu", "gov", "int", "mil"})
"""Top-level domains of the same kind."""
OPEN: Final = frozenset({"ac.crm.dev", "edu.eu.org", "edu.pl", "sch.ac", "sch.tf", "sch.wf"})
"""Suffixes that look institutional, and where anybody gets a name."""

_ANYBODY: Final = "and anybody can register a name below it"
_NOBODY: Final = "at which nobody has an address"

# Letters of other alphabets that are drawn like Latin ones.
_DRAWN_LIKE_LATIN: Final = {
    "CYRILLIC": frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡ"),
    "GREEK": frozenset("ανορτυχικϲϳ"),
}


def check_domains(values: Iterable[str], pointer: Pointer, *, below: bool) -> Iterator[Finding]:
    """CG-E02 and CG-E03 of domains that rules may use, each at its place in the list at `pointer`.

    `below`: addresses at subdomains are meant too.
    """
    for index, written in enumerate(values):
        for code, message, hint in _said_of(written, below):
            yield Finding(code, Severity.WARNING, (*pointer, index), message, hint)


@lru_cache(maxsize=65_536)
def _said_of(written: str, below: bool) -> tuple[tuple[str, str, str], ...]:
    """The code, message and hint of each finding."""
    found: list[tuple[str, str, str]] = []
    domain = normal_domain(written)
    if _is_suffix(domain, below=below):
        why = _ANYBODY if below else _NOBODY
        message = f"{domain} is a public suffix, {why}"
        found.append(("CG-E02", message, "name the domains that are meant"))
    if why := _lookalike(domain):
        hint = f"write the domain anew; this one is {domain}"
        found.append(("CG-E03", f"{spoken(written)} {why}", hint))
    return tuple(found)


def _is_suffix(domain: str, *, below: bool) -> bool:
    if is_institutional(domain):
        return False
    # The list has its names in the letters of their languages.
    name = _in_letters(domain)
    # Whoever runs a private suffix, such as a host of web pages, may well have addresses at it.
    return _suffixes(private=True).is_public(name) and (
        below or _suffixes(private=False).is_public(name)
    )


def _in_letters(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    # Imported where a name asks for it: most are plain.
    import idna

    return idna.decode(domain)


def is_institutional(domain: str) -> bool:
    """Whether only schools, universities and authorities get a name below the suffix."""
    labels = domain.split(".")
    known = domain in INSTITUTIONAL_TOP or not INSTITUTIONAL.isdisjoint(labels[:-1])
    return known and domain not in OPEN


@cache
def _suffixes(*, private: bool) -> PublicSuffixList:
    # Imported late: to read the list takes as long as hundreds of rules.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=not private, accept_encoded_idn=False)


def _lookalike(domain: str) -> str:
    """Why the domain may be taken for another, as the end of a sentence; empty when it is not."""
    if "xn--" not in domain:
        return ""
    labels = _in_letters(domain).split(".")
    top = _alphabets(labels[-1])
    for label in labels:
        alphabets = _alphabets(label)
        if len(alphabets) > 1:
            return f"mixes {' and '.join(sorted(it.title() for it in alphabets))} letters"
        for alphabet, letters in _DRAWN_LIKE_LATIN.items():
            if alphabets == {alphabet} != top and letters.issuperset(_letters(label)):
                return f"is all of {alphabet.title()} letters that look Latin"
    return ""


def _alphabets(label: str) -> set[str]:
    names = {unicodedata.name(letter, "").partition(" ")[0] for letter in _letters(label)}
    return names & {"LATIN", "CYRILLIC", "GREEK"}


def _letters(label: str) -> Iterator[str]:
    return (letter for letter in label if letter.isalpha())
