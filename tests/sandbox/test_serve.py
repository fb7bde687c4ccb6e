"""Starting, stopping, keeping data, and living side by side."""

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import requests

from cg_sync.sandbox.serve import Options, PortTaken, parse_throttle, serve
from tests.sandbox.conftest import STOP_SECONDS, Shop, Starter

COMMAND = [sys.executable, "-m", "cg_sync.sandbox", "--port", "0", "--customers", "10"]


def scratch_folders(folder: Path) -> list[Path]:
    return list(folder.glob("cg-sync-sandbox-*"))


def emails(shop: Shop) -> list[str]:
    page = shop.get("/api/v1/channel/1/customers/", limit=1000)
    return [it["email"] for it in page["results"]]


def test_importing_the_door_to_the_sandbox_does_not_import_django() -> None:
    code = "import sys, cg_sync.sandbox.serve; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_ready_file_says_how_to_get_in_to_its_owner_only(quiet_shop: Shop) -> None:
    ready = quiet_shop.output.with_name("ready.json")
    about = json.loads(ready.read_text())
    assert set(about) == {"url", "token", "username", "password", "channel"}
    assert about["channel"] == 1
    if os.name == "posix":
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
    headers = {"Authorization": f"Token {about['token']}"}
    user = requests.get(f"{about['url']}/api/v1/active_user/", headers=headers, timeout=30)
    assert user.json()["username"] == about["username"]


def test_the_address_and_the_users_are_announced(quiet_shop: Shop) -> None:
    shop = quiet_shop
    said = shop.output.read_text()
    for text in (f"{shop.url}/ with 20 customers", f"{shop.url}/admin/", "admin-sandbox", "reader"):
        assert text in said


def test_sigterm_ends_it_in_order_and_nothing_is_left(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    shop = start()
    assert len(scratch_folders(tmp_path)) == 1
    shop.get("/api/v1/channels/")  # leaves an open connection behind
    assert shop.stop() == 0
    assert scratch_folders(tmp_path) == []
    assert not (tmp_path / "0" / "ready.json").exists()


def test_sigterm_in_the_middle_of_seeding_ends_it_as_well(tmp_path: Path) -> None:
    data, ready = tmp_path / "data", tmp_path / "ready.json"
    ready.write_text("what a killed sandbox left behind")
    command = [*COMMAND[:-1], "1000000", "--data", str(data), "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while not (data / "sandbox.sqlite3").exists():
            assert process.poll() is None
        process.terminate()
        said, _ = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, said) == (0, "")
    assert not (data / "sandbox.json").exists()
    assert not ready.exists()


def test_a_bad_throttle_on_the_command_line_is_explained() -> None:
    command = [*COMMAND, "--throttle", "nonsense"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr == "error: 'nonsense' is not a rate such as 50/1s\n"


def test_kept_data_is_found_again_and_not_seeded_anew(start: Starter, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    first = start(*data)
    first.post("/api/v1/remote/1/customer_groups/", {"name": "VIP"})
    token, before = first.token, emails(first)
    assert first.stop() == 0
    second = start(*data, "--seed", "8", customers=30)
    assert (second.token, emails(second)) == (token, before)
    assert second.get("/api/v1/remote/1/customer_groups/")["results"][0]["name"] == "VIP"
    assert "warning: " in second.output.read_text()
    assert "20 customers of seed 7; 30 of seed 8 were asked for" in second.output.read_text()


def test_half_a_shop_is_made_anew_and_an_outdated_one_is_refused(
    start: Starter, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "sandbox.sqlite3").write_text("half a database")
    assert start("--data", str(data)).stop() == 0
    (data / "sandbox.json").write_text('{"format": 0}')
    again = subprocess.run([*COMMAND, "--data", data], capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "made by another version" in again.stderr


def test_the_same_seed_makes_the_same_shop_side_by_side(start: Starter) -> None:
    one, two, other = start(), start(), start("--seed", "8")
    assert len({one.url, two.url, other.url}) == 3
    assert emails(one) == emails(two) != emails(other)
    assert one.token != two.token
    path = "/api/v1/channel/1/customers/"
    assert one.get(path)["results"] == two.get(path)["results"]
    one.post("/api/v1/remote/1/customer_groups/", {"name": "VIP"})
    assert two.get("/api/v1/remote/1/customer_groups/")["count"] == 0


def test_a_taken_port_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [*COMMAND[:3], "--port", str(port)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (answer.returncode, answer.stderr) == (1, f"error: port {port} is taken\n")
        with pytest.raises(PortTaken) as caught:
            serve(Options(port=port), announce=lambda line: None)
        assert caught.value.port == port


def test_it_ends_with_its_parent_when_told_to(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    # The parent starts a sandbox, waits until it answers, says its pid and leaves.
    parent = f"""
import pathlib, subprocess, time
shop = subprocess.Popen({[*COMMAND, "--stop-with-parent", "--ready-file", str(ready)]!r})
while not pathlib.Path({str(ready)!r}).exists():
    assert shop.poll() is None
    time.sleep(0.02)
"""
    # The sandbox holds the other end of the pipe: reading it to the end is waiting for it.
    answer = subprocess.run(
        [sys.executable, "-c", parent],
        stdout=subprocess.PIPE,
        timeout=STOP_SECONDS + 60,
        check=True,
        text=True,
    )
    assert "Sandbox shop at" in answer.stdout
    assert not ready.exists()


@pytest.mark.parametrize("text", ["50", "0/1s", "5/0s", "x/1s", "5/1m", "-5/1s"])
def test_a_throttle_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate such as 50/1s"):
        parse_throttle(text)


def test_a_throttle_is_a_number_in_a_time() -> None:
    assert parse_throttle("50/1s") == (50, 1.0)
    assert parse_throttle("3/0.5s") == (3, 0.5)
