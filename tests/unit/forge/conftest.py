"""A make-believe forge for each test, and the threads of comments that talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from cg_sync.forge.client import ForgeClient
from cg_sync.forge.github import GITHUB, GitHubThread
from cg_sync.forge.gitlab import GITLAB, GitLabThread
from cg_sync.forge.wire import Forge
from tests.unit.forge.fake import TOKEN, FakeForge, running_forge


@pytest.fixture
def fake() -> Iterator[FakeForge]:
    """A make-believe forge, empty."""
    with running_forge() as made:
        yield made


@dataclass
class Waits:
    """What was done instead of waiting."""

    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@pytest.fixture
def waits() -> Waits:
    return Waits()


def a_client(
    fake: FakeForge, waits: Waits, forge: Forge = GITHUB, *, token: str = TOKEN, attempts: int = 3
) -> ForgeClient:
    """A client of the fake that never waits."""
    return ForgeClient(
        forge,
        fake.url,
        token,
        attempts=attempts,
        timeout=(2, 2),
        sleep=waits.slept.append,
        random=lambda: 1.0,
        on_retry=waits.told.append,
    )


@pytest.fixture
def github(fake: FakeForge, waits: Waits) -> GitHubThread:
    return GitHubThread(a_client(fake, waits), "acme/shop", 7)


@pytest.fixture
def gitlab(fake: FakeForge, waits: Waits) -> GitLabThread:
    return GitLabThread(a_client(fake, waits, GITLAB), "42", 7)
