"""The arrows of docs/architecture.md, and what may not happen where things are pure."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cg_sync
from tests.unmeasured import unmeasured

ROOT = Path(cg_sync.__file__).parent

BASE = frozenset({"errors", "codes", "jsonvalue"})
OURS: dict[str, frozenset[str]] = {
    **dict.fromkeys(BASE, frozenset()),
    "core": BASE,
    "rules": BASE,
    "kinds": BASE | {"core", "rules"},
    "files": BASE | {"core"},
    "api": BASE | {"core"},
    "report": BASE | {"core", "rules"},
    # Of `api` only what is general: proxies, certificates, waiting, refusals in words.
    "forge": BASE | {"core", "api"},
    "workflow": BASE | {"core", "rules", "kinds", "files", "api", "report"},
    "cli": BASE | {"core", "rules", "kinds", "files", "report", "workflow", "sandbox", "forge"},
    "sandbox": frozenset(),
    "__main__": frozenset({"cli"}),
    "__init__": frozenset(),
}
"""Layer → the layers it may import besides itself."""

THEIRS: dict[str, frozenset[str]] = {
    "core": frozenset({"pydantic", "jsonschema", "jsonschema_rs"}),
    "rules": frozenset({"idna", "publicsuffixlist", "re2"}),
    "files": frozenset({"yaml"}),
    "cli": frozenset({"click", "rich"}),
    "cli.demo": frozenset({"requests"}),
    "api.broken": frozenset({"requests"}),
    "api.client": frozenset({"requests"}),
    "api.decoding": frozenset({"orjson", "pydantic_core"}),
    "api.session": frozenset({"requests", "urllib3"}),
    "forge.client": frozenset({"requests"}),
    "sandbox": frozenset(
        {"django", "django_filters", "drf_spectacular", "idna", "re2", "rest_framework"}
    ),
}
"""Layer, or module of one → packages it may import from outside."""

PURE = (
    "core", "rules", "kinds", "report", "api.access", "api.decoding", "api.estimate", "api.limit",
    "api.limit_headers", "api.pace", "api.pages", "api.roll", "api.wire", "forge.wire",
)  # fmt: skip
IMPURE_MODULES = frozenset(
    {"importlib", "logging", "os", "random", "secrets", "shutil", "socket", "subprocess", "sys",
     "tempfile", "time", "uuid"}
)  # fmt: skip
IMPURE_NAMES = frozenset({"__import__", "breakpoint", "input", "open", "print"})
IMPURE_METHODS = frozenset(
    {"now", "open", "read_bytes", "read_text", "today", "utcnow", "write_bytes", "write_text"}
)

HEAVY = (
    "asyncio", "django", "html", "http", "jsonschema", "jsonschema_rs", "publicsuffixlist",
    "pydantic", "requests", "rich", "sqlite3", "ssl", "subprocess", "urllib3", "yaml",
)  # fmt: skip


def faults(module: str, source: str) -> list[str]:
    """All that is wrong with the source of `module`, which is named as seen from cg_sync."""
    tree = ast.parse(source)
    layer = module.partition(".")[0]
    found = [] if ast.get_docstring(tree) else ["has no docstring"]
    if layer not in OURS:
        return [*found, f"{layer} has no row in the table"]
    if module.endswith("__init__") and layer != "kinds" and len(tree.body) > 1:
        found.append("holds more than a docstring")
    for name in _imported(tree):
        package, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if package == "":
            found.append("imports relatively")
        elif package == "cg_sync":
            if other not in OURS[layer] | {layer}:
                found.append(f"imports {name}")
        elif package not in sys.stdlib_module_names:
            if package not in THEIRS.get(layer, frozenset()) | THEIRS.get(module, frozenset()):
                found.append(f"imports {package}")
        elif package in IMPURE_MODULES and _is_pure(module):
            found.append(f"imports {package}")
    if _is_pure(module):
        found += [f"uses {name}" for name in _impurities(tree)]
    return found


def _is_pure(module: str) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in PURE)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, also inside functions; one of ours at least to its layer."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=level) if level > 0:
                yield ""
            case ast.ImportFrom("cg_sync", names):
                yield from (f"cg_sync.{alias.name}" for alias in names)
            case ast.ImportFrom(str(name)):
                yield name
            case _:
                pass


def _impurities(tree: ast.Module) -> Iterator[str]:
    """What is named that touches the world, called here or handed on to be called."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Load()) if name in IMPURE_NAMES:
                yield name
            case ast.Attribute(attr=name) if name in IMPURE_METHODS:
                yield name
            case _:
                pass


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


@pytest.mark.parametrize(("module", "path"), [pytest.param(*it, id=it[0]) for it in modules()])
def test_a_module_keeps_to_its_layer(module: str, path: Path) -> None:
    assert faults(module, path.read_text("utf-8")) == []


def test_the_table_has_no_row_for_what_is_not_there() -> None:
    assert set(OURS) == {module.partition(".")[0] for module, _ in modules()}
    assert {*THEIRS, *PURE} <= {*OURS} | {module for module, _ in modules()}


# Each: a module, a source, and what is wrong with it.
WRONG: list[tuple[str, str, str]] = [
    ("core.diff", "import cg_sync.kinds", "imports cg_sync.kinds"),
    ("core.diff", "from cg_sync.rules.ir import Rule", "imports cg_sync.rules.ir"),
    ("core.diff", "from cg_sync import files", "imports cg_sync.files"),
    ("core.diff", "def f():\n    import cg_sync.api", "imports cg_sync.api"),
    ("core.diff", "if TYPE_CHECKING:\n    import cg_sync.api", "imports cg_sync.api"),
    ("core.diff", "from . import plan", "imports relatively"),
    ("core.diff", "from ..kinds import KINDS", "imports relatively"),
    ("rules.ir", "import cg_sync.core.kind", "imports cg_sync.core.kind"),
    ("kinds.x", "import cg_sync.files.tree", "imports cg_sync.files.tree"),
    ("files.tree", "import cg_sync.kinds", "imports cg_sync.kinds"),
    ("api.apply", "import cg_sync.kinds", "imports cg_sync.kinds"),
    ("api.live", "import cg_sync.files.tree", "imports cg_sync.files.tree"),
    ("report.text", "import cg_sync.workflow.plan", "imports cg_sync.workflow.plan"),
    ("workflow.plan", "import cg_sync.cli.main", "imports cg_sync.cli.main"),
    ("workflow.plan", "import cg_sync.sandbox.serve", "imports cg_sync.sandbox.serve"),
    ("cli.main", "import cg_sync.api.client", "imports cg_sync.api.client"),
    ("errors", "import cg_sync.jsonvalue", "imports cg_sync.jsonvalue"),
    ("sandbox.rules", "import cg_sync.jsonvalue", "imports cg_sync.jsonvalue"),
    ("core.diff", "import cg_sync.__main__", "imports cg_sync.__main__"),
    ("core.kind", "import requests", "imports requests"),
    ("core.kind", "def f():\n    from yaml import load", "imports yaml"),
    ("rules.fold", "import pydantic", "imports pydantic"),
    ("kinds.x", "import pydantic", "imports pydantic"),
    ("files.tree", "import requests", "imports requests"),
    ("api.shop", "import requests", "imports requests"),
    ("report.text", "from rich.console import Console", "imports rich"),
    ("workflow.plan", "import click", "imports click"),
    ("cli.main", "import requests", "imports requests"),
    ("jsonvalue", "import pydantic", "imports pydantic"),
    ("core.x", "import os", "imports os"),
    ("core.x", "from os import environ", "imports os"),
    ("core.x", "import os.path", "imports os"),
    ("rules.x", "import time", "imports time"),
    ("kinds.x", "from random import choice", "imports random"),
    ("report.text", "import sys", "imports sys"),
    ("api.wire", "import time", "imports time"),
    ("core.x", "open('a')", "uses open"),
    ("rules.x", "def f():\n    print('a')", "uses print"),
    ("kinds.x", "name = input()", "uses input"),
    ("report.text", "datetime.now(UTC)", "uses now"),
    ("report.text", "datetime.datetime.utcnow()", "uses utcnow"),
    ("api.wire", "date.today()", "uses today"),
    ("core.x", "Path('a').read_text()", "uses read_text"),
    ("core.x.y", "Path('a').open()", "uses open"),
    ("core.x", "field(default_factory=datetime.now)", "uses now"),
    ("core.x", "list(map(print, lines))", "uses print"),
    ("core.__init__", "import json", "holds more than a docstring"),
    ("helpers.x", "import json", "helpers has no row in the table"),
]


@pytest.mark.parametrize(("module", "source", "wrong"), WRONG)
def test_a_wrong_source_is_found_out(module: str, source: str, wrong: str) -> None:
    assert faults(module, f'"""A module."""\n{source}') == [wrong]


def test_a_module_without_a_docstring_is_found_out() -> None:
    assert faults("core.x", "# a comment\nimport json") == ["has no docstring"]
    assert faults("core.__init__", "") == ["has no docstring"]


def test_everything_that_is_wrong_is_found_at_once() -> None:
    source = "import os, requests\nprint(os.environ)"
    assert faults("core.x", source) == [
        "has no docstring", "imports os", "imports requests", "uses print",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.x", "import json, pydantic\nfrom cg_sync.core.kind import Kind"),
        ("core.schema", "def f():\n    import jsonschema_rs"),
        ("kinds.__init__", "from cg_sync.kinds.x import X\nKINDS = (X,)"),
        ("api.client", "import os, time, requests\nfrom cg_sync.core.plan import Plan"),
        ("api.wire_like", "import time"),
        ("cli.demo", "import requests\nprint(1)"),
        ("cli.main", "from cg_sync.sandbox.serve import serve"),
        ("files.tree", "import os, yaml\nopen('a')"),
        ("core.x", "opened = reopen(now)\nopen = printed.opened"),
    ],
)
def test_a_source_that_keeps_to_its_layer_has_no_fault(module: str, source: str) -> None:
    assert faults(module, f'"""A module."""\n{source}') == []


def loaded_by(code: str, *arguments: str) -> list[str]:
    """The heavy packages that a fresh Python has loaded after running `code`."""
    script = (
        "import atexit, json, sys\n"
        f"heavy = set({HEAVY!r})\n"
        "report = lambda: print(json.dumps(sorted(heavy & sys.modules.keys())), file=sys.stderr)\n"
        f"atexit.register(report)\n{code}"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=unmeasured(),  # Coverage loads heavy packages itself.
    )
    loaded: list[str] = json.loads(ran.stderr.splitlines()[-1])
    return loaded


RUN = "from cg_sync.cli.main import main\nsys.exit(main())"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_asking_for_help_loads_nothing_heavy(option: str) -> None:
    assert loaded_by(RUN, option) == []


def test_files_without_a_problem_are_checked_without_network_database_or_pages(
    tmp_path: Path,
) -> None:
    for name, text in {
        "cg-sync.yaml": "version: 1\nenvironments: {test: {url: https://a.example, channel: 1}}\n",
        "groups/vip.yaml": "name: VIP\n",
        "settings/all.yaml": "name: All\nslug: all\npriority: 1\nrule: {match: everyone}\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    loaded = loaded_by(RUN, "validate", "--no-cache", "--project", str(tmp_path))
    assert loaded == ["jsonschema_rs", "yaml"]


@pytest.mark.parametrize("module", ["saved", "snapshot"])
def test_what_needs_no_shop_loads_no_network(module: str) -> None:
    loaded = loaded_by(f"import cg_sync.workflow.{module}")
    assert {"http", "requests", "ssl", "urllib3"} & {*loaded} == set()


def test_what_is_heavy_is_seen_when_it_is_loaded() -> None:
    assert loaded_by("import yaml\nfrom cg_sync.core import fence_record") == ["pydantic", "yaml"]
