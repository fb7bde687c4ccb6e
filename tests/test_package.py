"""What is installed is what was written: the wheel of the sdist, in an empty environment."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.unmeasured import unmeasured

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def cg_sync(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of the wheel, installed without any extra in an environment of its own."""
    folder = tmp_path_factory.mktemp("empty")
    (wheel,) = built.glob("*.whl")
    made = run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    assert made.returncode == 0, made.stderr
    # Our own pip installs there: to put another one there takes a third of the time.
    into = (sys.executable, "-m", "pip", "--python", folder / "venv/bin/python")
    installed = run(*into, "install", "--quiet", "--no-compile", wheel, cwd=folder)
    assert installed.returncode == 0, installed.stderr
    return folder / "venv/bin/cg-sync"


def test_sdist_and_wheel_hold_the_schemas_and_the_example_project(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    in_wheel = zipfile.ZipFile(wheel).namelist()
    with tarfile.open(sdist) as archive:
        in_sdist = [name.partition("/")[2] for name in archive.getnames()]
    for path in sorted((ROOT / "cg_sync" / "schemas").glob("*.json")):
        assert f"cg_sync/schemas/{path.name}" in in_wheel
        assert f"cg_sync/schemas/{path.name}" in in_sdist
    for name in ("cg-sync.yaml", "settings/student-discount.yaml", "members/vip.csv"):
        assert f"cg_sync/starter/{name}" in in_wheel
        assert name in in_sdist
    assert "cg_sync/py.typed" in in_wheel


def test_the_installed_tool_helps_validates_and_prints_schemas(
    cg_sync: Path, tmp_path: Path
) -> None:
    helped = run(cg_sync, "--help", cwd=tmp_path)
    assert (helped.returncode, "Commands:" in helped.stdout) == (0, True), helped.stderr
    assert run(cg_sync, "init", "shop", cwd=tmp_path).returncode == 0
    validated = run(cg_sync, "validate", "--project", "shop", cwd=tmp_path)
    assert (validated.returncode, validated.stdout) == (0, "valid: 3 groups, 6 settings\n")
    printed = run(cg_sync, "schema", "group", cwd=tmp_path)
    assert json.loads(printed.stdout)["$schema"].endswith("2020-12/schema")


def test_without_its_extra_the_sandbox_says_how_to_get_it(cg_sync: Path, tmp_path: Path) -> None:
    refused = run(cg_sync, "sandbox", cwd=tmp_path)
    assert refused.returncode == 64
    assert "pip install 'cg-sync[sandbox]'" in refused.stderr
