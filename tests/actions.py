"""A make-believe runner of GitHub Actions: carries out a composite action on this machine.

Steps with `run` really run, in bash. Of the actions of others only those that action.yml uses are
known, and artifacts go to a dictionary.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.unmeasured import unmeasured

ROOT = Path(__file__).parents[1]
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_CONTEXT = re.compile(r"'[^']*'|\b(?:steps|inputs|github|runner)(?:\.[\w-]+)+")
_COMMAND = re.compile(r"^\s*::([\w-]+)(?: ([^:]*))?::(.*)$|##\[([\w-]+)\](.*)$")
"""Of both kinds: `::error file=…::text` at the beginning, and `##[error]text` anywhere."""


@dataclass
class Ran:
    """What a run of the action left behind."""

    failed: bool = False
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    """The ids, or else the names, of the steps that were carried out."""

    @property
    def heard(self) -> list[str]:
        """The lines in which the runner looks for commands: not those between stop and resume."""
        found, stopped = [], ""
        for text in self.log.splitlines():
            if stopped:
                stopped = "" if text == f"::{stopped}::" else stopped
            elif text.startswith("::stop-commands::"):
                stopped = text.removeprefix("::stop-commands::")
            else:
                found.append(text)
        return found

    @property
    def commands(self) -> list[str]:
        """What the runner takes for a command: `error file=…: message`."""
        found = [_COMMAND.search(text) for text in self.heard]
        return [f"{it[1] or it[4]} {it[2] or ''}: {it[3] or it[5]}" for it in found if it]


@dataclass
class Runner:
    """A machine, the repository that is checked out on it, and the artifacts of all its runs."""

    workspace: Path
    temp: Path
    github: dict[str, str]
    environ: dict[str, str] = field(default_factory=dict)
    artifacts: dict[tuple[str, str], dict[str, bytes]] = field(default_factory=dict)
    """By run and name: the files."""
    sarif: list[Any] = field(default_factory=list)
    installs: bool = False
    """Whether cg-sync is really installed, or that of the tests is taken."""

    def run(self, action: Mapping[str, Any], inputs: Mapping[str, str]) -> Ran:
        """Carry out all steps, as far as they go."""
        ran = Ran()
        given = {name: str(it.get("default", "")) for name, it in action["inputs"].items()}
        context: dict[str, Any] = {
            "inputs": {name: self._filled(text, {}) for name, text in {**given, **inputs}.items()},
            "steps": {},
        }
        for step in action["runs"]["steps"]:
            wanted = str(step.get("if", "success()"))
            if ran.failed and "always()" not in wanted:
                continue
            if "if" in step and not self._value(_EXPRESSION.sub(r"\1", wanted), context):
                continue
            ran.done.append(step.get("id", step["name"]))
            outputs: dict[str, str] = {}
            context["steps"][step.get("id", step["name"])] = {"outputs": outputs}
            ok = self._step(step, context, outputs, ran)
            ran.failed = ran.failed or not (ok or step.get("continue-on-error"))
        ran.outputs = {
            name: self._filled(it["value"], context) for name, it in action["outputs"].items()
        }
        return ran

    def _step(
        self, step: Mapping[str, Any], context: Mapping[str, Any], outputs: dict[str, str], ran: Ran
    ) -> bool:
        if "uses" in step:
            given = {
                key: self._filled(str(it), context) for key, it in step.get("with", {}).items()
            }
            return self._used(step["uses"].partition("@")[0], given, outputs)
        if step.get("id") == "install" and not self.installs:
            place = self.temp / "cg-sync"
            place.mkdir(exist_ok=True)
            (place / "venv").unlink(missing_ok=True)
            (place / "venv").symlink_to(sys.prefix)
            return True
        env = {key: self._filled(str(it), context) for key, it in step.get("env", {}).items()}
        return self._script(step["run"], env, outputs, ran)

    def _script(
        self, script: str, env: Mapping[str, str], outputs: dict[str, str], ran: Ran
    ) -> bool:
        files = {name: self.temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        path = self.temp / "script.sh"
        path.write_text(script)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(path)],
            cwd=self.workspace,
            env={
                **machine(),
                **self.environ,
                **{f"GITHUB_{name.upper()}": it for name, it in self.github.items() if it},
                **{name: str(it) for name, it in files.items()},
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTION_PATH": str(ROOT),
                **env,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        ran.log += done.stdout
        ran.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        for text in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, value = text.partition("=")
            outputs[name] = value
        return done.returncode == 0

    def _used(self, action: str, given: Mapping[str, str], outputs: dict[str, str]) -> bool:
        match action:
            case "actions/setup-python":
                pass
            case "github/codeql-action/upload-sarif":
                self.sarif.append(json.loads(Path(given["sarif_file"]).read_text()))
            case "actions/upload-artifact":
                paths = [Path(it) for it in given["path"].split("\n") if it]
                if given.get("if-no-files-found") == "ignore":
                    paths = [it for it in paths if it.exists()]
                files = {it.name: it.read_bytes() for it in paths}
                self.artifacts[self.github["run_id"], given["name"]] = files
                outputs["artifact-url"] = "https://github.example/acme/shop/actions/artifacts/1"
            case "actions/download-artifact":
                folder = Path(given["path"])
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in self.artifacts[given["run-id"], given["name"]].items():
                    (folder / name).write_bytes(content)
            case _:
                raise AssertionError(f"{action} is not known here")
        return True

    def _filled(self, text: str, context: Mapping[str, Any]) -> str:
        return _EXPRESSION.sub(lambda it: str(self._value(it[1], context)), text)

    def _value(self, expression: str, context: Mapping[str, Any]) -> object:
        """The value of an expression: contexts, texts, ==, !=, &&, || and always()."""

        def looked_up(found: re.Match[str]) -> str:
            if found[0].startswith("'"):
                return repr(found[0][1:-1])
            value: Any = {
                **context,
                "github": {**self.github, "token": self.environ.get("TEST_GITHUB_TOKEN", "")},
                "runner": {"temp": str(self.temp)},
            }
            for name in found[0].split("."):
                value = value.get(name, {})
            return repr(value or "")

        text = _CONTEXT.sub(looked_up, expression)
        text = text.replace("&&", " and ").replace("||", " or ").replace("always()", "True")
        result: object = eval(text, {"__builtins__": {}})
        return result


def machine() -> dict[str, str]:
    """The environment of this process, without what a CI or a user has set for itself."""
    ours = ("GITHUB_", "CI_", "CG_SYNC_", "GITLAB_", "GH_")
    return {name: it for name, it in unmeasured().items() if not name.startswith(ours)}


def the_action() -> dict[str, Any]:
    """action.yml as data."""
    data: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return data
