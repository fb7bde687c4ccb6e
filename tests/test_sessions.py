"""The terminal sessions in the docs are real: each is run, from a new project to its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Project
from tests.sessions import (
    ByHand,
    Command,
    WriteFile,
    digest_in,
    is_as_said,
    run_command,
    steps_in,
)
from tests.shop import SandboxShop, running_sandbox

ROOT = Path(__file__).parent.parent


@pytest.fixture
def fresh_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxShop]:
    """A sandbox as the docs start it: 2,000 customers, seed 7."""
    with running_sandbox(tmp_path_factory.mktemp("fresh")) as shop:
        yield shop


@pytest.mark.parametrize("page", ["docs/tutorial.md", "README.md"])
def test_every_session_in_the_docs_runs_as_it_says(
    page: str, project: Project, fresh_shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_SYNC_SANDBOX_URL", fresh_shop.url)
    monkeypatch.setenv("CG_SYNC_TOKEN", fresh_shop.token)
    monkeypatch.setenv("CG_SYNC_ENV", "sandbox")
    # Several writes at a time end in any order.
    monkeypatch.setenv("CG_SYNC_PARALLEL", "1")
    for name in ("cg-sync.yaml", "attributes.yaml"):
        (project.root / name).unlink()

    def run(arguments: list[str]) -> tuple[int, str, str]:
        ran = project.run(*arguments)
        waited = r"^(reading the shop|analysing \d+ settings?|[a-z ]+) …\n"
        return ran.code, ran.out, re.sub(waited, "", ran.err, flags=re.MULTILINE)

    commands, digest = 0, ""
    for step in steps_in((ROOT / page).read_text(encoding="utf-8")):
        match step:
            case WriteFile(path, text):
                project.write(path, text)
            case ByHand(slug, change):
                pk = fresh_shop.settings()[slug]["pk"]
                path = f"{fresh_shop.remote}/customer_group_settings/{pk}/"
                fresh_shop.call("PATCH", path, json=change)
            case Command():
                commands += 1
                code, printed = run_command(step, project.root, run, digest=digest)
                digest = digest_in(printed, digest)
                place = f"{page}:{step.number}: $ {step.line}"
                assert code == step.code, f"{place}\nended with {code}:\n{printed}"
                assert is_as_said(step.printed, printed), f"{place}\nprinted:\n{printed}"
    assert commands > 3
