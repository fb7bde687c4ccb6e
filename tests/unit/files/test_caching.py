"""The switch that turns every cache off."""

from __future__ import annotations

import pytest

from cg_sync.errors import UsageWrong
from cg_sync.files.caching import caches_allowed


@pytest.mark.parametrize(("said", "allowed"), [("", True), ("on", True), ("off", False)])
def test_caches_are_used_unless_they_are_off(said: str, allowed: bool) -> None:
    assert caches_allowed({"CG_SYNC_CACHE": said}) is allowed


def test_caches_are_used_when_nothing_is_said() -> None:
    assert caches_allowed({})


def test_anything_else_is_refused() -> None:
    with pytest.raises(UsageWrong, match="neither on nor off"):
        caches_allowed({"CG_SYNC_CACHE": "no"})
