"""Whether anything may be kept from one run for the next."""

from __future__ import annotations

from collections.abc import Mapping

from cg_sync.errors import UsageWrong

CACHE_VARIABLE = "CG_SYNC_CACHE"


def caches_allowed(environ: Mapping[str, str]) -> bool:
    """Whether caches may be read and written: not with `CG_SYNC_CACHE=off`.

    Raises UsageWrong for any other value than `on` and `off`; an empty one counts as unset.
    """
    said = environ.get(CACHE_VARIABLE, "")
    if said not in ("", "on", "off"):
        raise UsageWrong(
            f"{CACHE_VARIABLE} is neither on nor off", hint=f"{CACHE_VARIABLE}=off keeps nothing"
        )
    return said != "off"
