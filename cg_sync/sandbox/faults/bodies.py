"""What a shop that normalises makes of the body of a write. Pure."""

import re
from collections.abc import Callable
from typing import Any

from cg_sync.sandbox.faults.script import Normalise

_FRACTION = re.compile(r"\.\d+")


def normalised(
    body: dict[str, Any], how: Normalise, *, default_price_list: Callable[[], int] | None
) -> dict[str, Any]:
    """The body as the shop takes it; fields that are not sent stay so.

    Only where there is a default price list, for settings, null becomes it.
    """
    made = dict(body)
    for field, change in _changes(how).items():
        if field in made:
            made[field] = change(made[field])
    wants_default = "price_list" in made and made["price_list"] is None
    if how.price_list == "default" and wants_default and default_price_list is not None:
        made["price_list"] = default_price_list()
    return made


def _changes(how: Normalise) -> dict[str, Callable[[Any], Any]]:
    changes: dict[str, Callable[[Any], Any]] = {}
    if how.name == "trim":
        changes["name"] = _on_text(str.strip)
    if how.name == "collapse":
        changes["name"] = _on_text(lambda text: " ".join(text.split()))
    if how.slug == "lower":
        changes["slug"] = _on_text(str.lower)
    if how.dates == "seconds":
        for field in ("start_date", "end_date"):
            changes[field] = _on_text(lambda text: _FRACTION.sub("", text))
    if (step := how.priority) is not None:
        changes["priority"] = lambda value: _rounded(value, step)
    if (defaults := how.config) is not None:
        changes["config"] = lambda value: defaults | value if isinstance(value, dict) else value
    return changes


def _on_text(change: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, str) else value


def _rounded(value: Any, step: int) -> Any:
    """To the nearest multiple of the step, a half upwards."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return (2 * value + step) // (2 * step) * step
