"""Patterns of rules: RE2 only, which takes linear time; Python's own `re` is never a stand-in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cg_sync.rules.fold import fold
from cg_sync.rules.problem import ValueRefused, spoken

try:
    import re2  # type: ignore[import-untyped, import-not-found, unused-ignore]
except ImportError:
    re2 = None

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PATTERN: Final = 256

# One unit of a pattern at a time: what is an escape, a name or a flag is no letter to match.
_UNIT: Final = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)"
    r"|\\(?:[pP](?:\{[^}]*\}|.)|x\{(?P<wide>[0-9A-Fa-f]{1,6})\}|x(?P<hex>[0-9A-Fa-f]{2}))"
    r"|\\(?P<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})"
    r"|\\."
    r"|\(\?(?:P?<[^>]*>|[A-Za-z-]*[:)])"
    r"|(?P<letter>.)",
    re.DOTALL,
)


def check_pattern(pattern: str) -> None:
    """Raises ValueRefused unless the pattern can be used in a rule."""
    if len(pattern) > MAX_PATTERN:
        message = f"the pattern has {len(pattern)} letters, and can have {MAX_PATTERN}"
        raise ValueRefused("CG-R02", message, hint="use `in`, `starts_with` or a value list")
    if re2 is None:
        hint = "pip install 'cg-sync[re2]', or use `in`, `starts_with` or `contains`"
        raise ValueRefused("CG-R01", "patterns need the package google-re2", hint=hint)
    try:
        _matcher(pattern)
    except (re2.error, ValueError) as error:
        why = error.args[0] if isinstance(error, re2.error) else b"it is no text"
        reason = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        message = f"{spoken(pattern)} is not an RE2 pattern: {reason}"
        hint = "RE2 has no look-around and no back-references; docs/rules.md says more"
        raise ValueRefused("CG-R01", message, hint=hint) from error
    for letter in _letters(pattern):
        if fold(f"x{letter}x") != f"x{letter}x":
            folded = fold(f"x{letter}x")[1:-1]
            message = f"{spoken(letter)} never matches, as texts are compared folded"
            raise ValueRefused("CG-R03", message, hint=f"write {spoken(folded)}")


def pattern_holds(pattern: str, folded: str) -> bool:
    """Whether a folded text matches from end to end."""
    try:
        return _matcher(pattern)(folded) is not None
    except UnicodeEncodeError:
        # Half a surrogate pair, which JSON can hold, is in no text that RE2 knows.
        return False


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Callable[[str], object]:
    options = re2.Options()
    options.log_errors = False
    matcher: Callable[[str], object] = re2.compile(pattern, options).fullmatch
    return matcher


def _letters(pattern: str) -> Iterator[str]:
    """The letters that the pattern asks for literally."""
    for unit in _UNIT.finditer(pattern):
        yield from unit["quoted"] or unit["letter"] or ""
        code = unit["wide"] or unit["hex"]
        if code or unit["octal"]:
            yield chr(int(code, 16) if code else int(unit["octal"], 8))
