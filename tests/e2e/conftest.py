"""What the end-to-end tests share: a proxy before the sandbox, and retries that cost no time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cg_sync.workflow.connect import open_shop
from tests.conftest import Project
from tests.e2e.proxy import Proxy, running_proxy
from tests.shop import SandboxShop


@pytest.fixture
def proxy(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    """A proxy before the sandbox, to which the project talks."""
    with running_proxy(shop.url) as made:
        monkeypatch.setenv("CG_SYNC_SANDBOX_URL", made.url)
        yield made


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries nobody sleeps: the sleeper is the only thing replaced."""
    defaults = open_shop.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "pause", lambda _seconds: True)
