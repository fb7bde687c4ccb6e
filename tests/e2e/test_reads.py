"""Listings are read with as many threads as the project says, and those end with the reading."""

from __future__ import annotations

import os
import threading
from itertools import islice

import pytest

from cg_sync.workflow.check import check_files
from cg_sync.workflow.connect import open_shop
from tests.conftest import PROJECT, Project
from tests.shop import SandboxShop


@pytest.mark.parametrize(("parallel", "threads"), [(1, 0), (3, 3)])
def test_pages_are_read_by_as_many_threads_as_the_project_says(
    shop_project: Project,
    shop: SandboxShop,
    parallel: int,
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # However slow this machine is, threads that end are waited for.
    monkeypatch.setattr("cg_sync.api.ahead.GRACE_SECONDS", 100.0)
    api = f"api: {{page_size: 10, parallel: {parallel}}}"
    shop_project.write("cg-sync.yaml", PROJECT.replace("channel: 1", f"channel: 1, {api}"))
    checked = check_files(shop_project.root, environment=None, environ=os.environ)
    before = threading.active_count()
    rows = open_shop(checked, environ=os.environ, writable=False).fetch_all("customers")
    assert len(list(islice(rows, 15))) == 15
    assert threading.active_count() == before + threads
    assert len(list(rows)) > 15
    assert threading.active_count() == before
