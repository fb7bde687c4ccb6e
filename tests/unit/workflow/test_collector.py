"""The collector of cycles is as it was when what paused it is over."""

from __future__ import annotations

import gc

import pytest

from cg_sync.workflow.collector import collector_paused


def test_nothing_is_collected_meanwhile_and_all_is_as_before_afterwards() -> None:
    @collector_paused()
    def fail() -> None:
        assert not gc.isenabled()
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
