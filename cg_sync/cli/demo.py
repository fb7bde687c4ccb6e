"""The demo: the main job as a story, told by the real commands in a temporary project against a
sandbox of its own.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import requests

from cg_sync.cli.terminal import wants_colour
from cg_sync.errors import ExitCode, Unreachable
from cg_sync.files.starter import copy_starter

START_SECONDS = 60
STUDENT = "ayse.yilmaz@ogr.ornek-universitesi.edu.tr"
BAD_FILE = """name: Student Discount
slug: student discount
prioritty: 20
rule:
  match:
    - emial: {domain_under: [edu.tr]}
"""


def play(*, keep: bool) -> int:
    """Tell the whole story; returns 0 when every step ended as the story says."""
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="cg-sync-demo-"))
    try:
        copy_starter(folder)
        with _sandbox() as shop:
            _Story(folder, shop).tell()
    finally:
        if keep:
            click.echo(f"\nThe project is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"\nThat was all of it, in {time.monotonic() - started:.0f} seconds.")
    return ExitCode.DONE


@contextmanager
def _sandbox() -> Iterator[Mapping[str, Any]]:
    """A sandbox in a process of its own, on a free port; stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="cg-sync-demo-") as temporary:
        ready = Path(temporary) / "ready.json"
        command = [
            sys.executable,
            "-m",
            "cg_sync",
            "sandbox",
            "--port",
            "0",
            "--ready-file",
            str(ready),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Unreachable("the sandbox did not start", hint="try: cg-sync sandbox")
                time.sleep(0.05)
            yield json.loads(ready.read_text())
        finally:
            process.terminate()
            process.wait(timeout=20)


class _Story:
    """The steps, told in order; each runs a real command and shows its real output."""

    def __init__(self, folder: Path, shop: Mapping[str, Any]) -> None:
        self.folder = folder
        self.shop = shop
        self.environ = os.environ | {
            "CG_SYNC_SANDBOX_URL": shop["url"],
            "CG_SYNC_TOKEN": shop["token"],
            "CG_SYNC_ENV": "sandbox",
        }
        if wants_colour(sys.stdout):
            self.environ["FORCE_COLOR"] = "1"

    def tell(self) -> None:
        self.say(
            f"A make-believe shop runs at {self.shop['url']}, and a project lies in {self.folder}"
        )
        self.say("1. Are the files in order? No network is needed for that.")
        self.run("validate")
        self.say("2. Do the rules select whom they are meant to? Nor is it for that.")
        self.run("test")
        self.say(
            "3. What would change in the shop? This is what a reviewer reads on the pull request."
        )
        self.run("plan -o plan.json")
        self.say(f"4. What does a student see today, before anything is applied? ({STUDENT})")
        self.look_at_prices()
        self.say("5. Merge: CI applies just the plan that was read, if it still stands.")
        self.run("verify plan.json")
        self.run("apply plan.json --yes")
        self.say("6. The same student now:")
        self.look_at_prices()
        self.say("   ... and why:")
        self.run(f"explain {STUDENT}")
        self.say("7. A second plan finds nothing to do; CI sees that as exit code 0.")
        self.run("plan --detailed-exitcode")
        self.say("8. Somebody changes the discount by hand. That is drift (exit code 2) ...")
        self.change_by_hand()
        self.run("drift --detailed-exitcode", expect=ExitCode.CHANGES)
        self.say("   ... which could be taken over into the files ...")
        self.run("import --update --dry-run")
        self.say("   ... but here the next apply puts it back.")
        self.run("apply --yes")
        self.say(
            "9. A bad file is refused before anything happens, with every problem and its place."
        )
        (self.folder / "settings" / "student-discount.yaml").write_text(BAD_FILE)
        self.run("apply --yes", expect=ExitCode.PROBLEMS)

    def say(self, text: str) -> None:
        click.echo()
        click.secho(text, bold=True, color=wants_colour(sys.stdout))

    def run(self, command: str, *, expect: int = ExitCode.DONE) -> None:
        """Show and run one command; raises SystemExit when it does not end as the story says."""
        click.echo(f"$ cg-sync {command}")
        sys.stdout.flush()
        done = subprocess.run(
            [sys.executable, "-m", "cg_sync", *shlex.split(command)],
            cwd=self.folder,
            env=self.environ,
            stderr=subprocess.STDOUT,
            check=False,
        )
        click.echo(f"(exit code {done.returncode})")
        if done.returncode != expect:
            raise SystemExit(f"the demo expected exit code {int(expect)}")

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """One call to the shop as its storefront or panel would make it."""
        base = f"{self.shop['url']}/api/v1/remote/{self.shop['channel']}"
        url = f"{base}/customer_group_settings/{path}"
        headers = {"Authorization": f"Token {self.shop['token']}"}
        answer = requests.request(method, url, headers=headers, timeout=30, **arguments)
        answer.raise_for_status()
        return answer.json()

    def look_at_prices(self) -> None:
        click.echo(f"$ curl …/customer_group_settings/resolve/?email={STUDENT}")
        seen = self.call("GET", "resolve/", params={"email": STUDENT})
        setting = seen["setting"]["name"] if seen["setting"] else "none"
        click.echo(
            f"setting: {setting}    price list: {seen['price_list']['code']}"
            f"    stock list: {seen['stock_list']['code']}"
        )
        for it in seen["prices"][:3]:
            click.echo(f"  {it['product']:<24}{it['price']:>10} {it['currency'].upper()}")

    def change_by_hand(self) -> None:
        settings = self.call("GET", "", params={"limit": 100})["results"]
        student = next(it for it in settings if it["slug"] == "student-discount")
        change = {"price_list": None, "priority": 90}
        self.call("PATCH", f"{student['pk']}/", json=change)
        path = f"…/customer_group_settings/{student['pk']}/"
        click.echo(f"$ curl -X PATCH {path} -d '{json.dumps(change)}'")
