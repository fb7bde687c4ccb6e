"""What is kept from run to run changes nothing that is said, and can be turned off."""

from __future__ import annotations

from pathlib import Path

import pytest

from cg_sync.files.document_cache import WORTH_KEEPING
from tests.conftest import Project, Ran


@pytest.fixture
def state(
    project: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The user's state folder; the project has as many files as are worth keeping."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.delenv("CG_SYNC_CACHE", raising=False)
    for number in range(WORTH_KEEPING):
        project.write(f"lists/l{number}.yaml", f"values: [v{number}]\n")
    return folder


def said(ran: Ran) -> tuple[int, str, str]:
    return ran.code, ran.out, ran.err


def test_runs_with_and_without_a_cache_say_the_same(project: Project, state: Path) -> None:
    project.write("groups/a.yaml", "nmae: a")
    plain = said(project.run("validate", "--no-cache"))
    assert not list(state.iterdir())
    assert not (project.root / ".cg-sync").exists()
    assert [said(project.run("validate")) for _ in range(2)] == [plain, plain]
    assert (project.root / ".cg-sync/cache/documents").is_file()


def test_a_file_that_is_broken_after_it_was_kept_is_told(project: Project, state: Path) -> None:
    assert project.run("validate").code == 0
    project.write("lists/l1.yaml", "values: [v1\n")
    assert "lists/l1.yaml:1:9: a `[` or `{`" in project.run("validate").err


@pytest.mark.parametrize("way", ["option", "variable"])
def test_off_means_that_nothing_kept_is_used_and_nothing_is_kept(
    project: Project, state: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    project.run("validate")
    kept = project.root / ".cg-sync/cache/documents"
    kept.chmod(0o000)
    (state / "cg-sync/cache.key").unlink()
    before = kept.stat()
    project.write("lists/l0.yaml", "values: [other]\n")
    if way == "variable":
        monkeypatch.setenv("CG_SYNC_CACHE", "off")
    assert project.run("validate", *(["--no-cache"] if way == "option" else [])).code == 0
    assert kept.stat() == before
    assert not list((state / "cg-sync").iterdir())


def test_the_option_holds_for_one_run(
    project: Project, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_SYNC_CACHE", "on")
    project.run("validate", "--no-cache")
    project.run("validate")
    assert (project.root / ".cg-sync/cache/documents").is_file()
