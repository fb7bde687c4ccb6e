"""RE2 patterns; google-re2 is only asked for when a rule has one, and need not be there."""

# mypy: disable-error-code="import-untyped, import-not-found"

from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool] | None:
    """Whether a text matches from end to end; None when RE2 refuses the pattern or is missing."""
    try:
        import re2
    except ModuleNotFoundError:
        return None
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except (re2.error, UnicodeError):
        return None

    def matches(text: str) -> bool:
        try:
            return compiled.fullmatch(text) is not None
        except UnicodeError:  # half of a surrogate pair, which JSON can spell and UTF-8 cannot
            return False

    return matches
