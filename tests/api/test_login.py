"""How often one may log in."""

from __future__ import annotations

import pytest

from cg_sync.api.login import LogIns
from cg_sync.errors import Unauthorised
from tests.api.clients import Waits


def test_each_log_in_leaves_one_less_until_its_window_is_over() -> None:
    waits = Waits()
    logins = LogIns(lambda: waits.now)
    assert logins.left() == 3
    logins.note()
    waits.sleep(100)
    logins.note()
    assert logins.left() == 1
    waits.sleep(260)
    assert logins.left() == 2


def test_when_none_is_left_the_error_says_how_long_to_wait() -> None:
    waits = Waits()
    logins = LogIns(lambda: waits.now)
    for _ in range(3):
        logins.note()
        waits.sleep(10)
    with pytest.raises(Unauthorised, match="3 log-ins in 360 seconds") as caught:
        logins.left()
    assert caught.value.hint == "may this account use the API? Try again in 330 s"
