"""The schemas: found inside the package, made for a project, laid down there, and kept fresh."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

import cg_sync
from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import JsonObject
from cg_sync.workflow.check import check_files
from cg_sync.workflow.schemas import project_schemas, schema_text
from tests.conftest import Project

ROOT = Path(__file__).parents[3]
STALE = "is stale, so editors may complete and underline wrongly"


def test_every_shipped_schema_is_read_by_its_name() -> None:
    folder = Path(cg_sync.__file__).parent / "schemas"
    shipped = {
        path.name.split(".")[0]: json.loads(path.read_text("utf-8"))
        for path in folder.glob("*.schema.json")
    }
    assert read_schemas() == shipped


def test_the_file_kinds_of_a_project_each_have_a_schema() -> None:
    assert {"attributes", "group", "list", "project", "setting"} <= set(read_schemas())


def test_a_schema_that_is_not_shipped_is_not_there() -> None:
    assert "nothing" not in read_schemas()


def test_the_names_come_in_alphabetical_order() -> None:
    assert list(read_schemas()) == sorted(read_schemas())


# ── of a project ─────────────────────────────────────────────────────────────────────────────────


def test_the_schemas_of_this_repository_are_fresh() -> None:
    words = check_files(ROOT, environment=None, environ=None, kinds=()).context.vocabulary
    laid_down = {
        path.name.split(".")[0]: json.loads(path.read_text("utf-8"))
        for path in (ROOT / "schemas").glob("*.schema.json")
    }
    assert laid_down == project_schemas(words), "run `cg-sync schema --write`"


@pytest.mark.parametrize("folder", ["settings", "conditions"])
def test_the_files_of_this_repository_obey_the_schema_that_editors_use(folder: str) -> None:
    checked = check_files(ROOT, environment=None, environ=None)
    name = folder.removesuffix("s")
    schema: Any = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    if folder == "settings":
        wanted = [it.document for it in checked.desired.wanted.values()]
        contents = [it.content for it in wanted if it.file.startswith("settings/")]
        assert contents != []
    else:
        contents = [{"condition": it} for it in checked.context.vocabulary.conditions.values()]
    for content in contents:
        Draft202012Validator(schema).validate(content)
        jsonschema_rs.Draft202012Validator(schema).validate(content)


def warnings(project: Project) -> list[tuple[str, str]]:
    ran = project.run("validate", "--format", "json")
    assert ran.code == 0, ran.err
    found = ran.data["problems"]
    assert [it["severity"] for it in found] == ["warning"] * len(found)
    assert {it["message"] for it in found if it["code"] == "CG-F25"} <= {STALE}
    return [(it["code"], it["where"]["file"]) for it in found]


def both(*names: str) -> list[tuple[str, str]]:
    return [("CG-F25", f"schemas/{name}.schema.json") for name in names]


def completed(project: Project, name: str = "setting") -> set[str]:
    """The keys that an editor offers for a condition, as `schema NAME` prints them."""
    data: Any = project.run("schema", name).data
    return set(data["$defs"]["condition"]["properties"])


def test_in_a_project_the_schema_knows_its_attributes(project: Project) -> None:
    words = {"all", "any", "none"}
    declared = {"email", "email_verified", "is_active", "gender", "city"}
    assert completed(project) == completed(project, "condition") == words | declared
    project.write("conditions/active.yaml", "condition: {is_active: true}\n")
    assert completed(project) == words | declared | {"use"}


def test_outside_a_project_the_schema_is_the_general_one(project: Project) -> None:
    (project.root / "cg-sync.yaml").unlink()
    assert project.run("schema", "setting").data == read_schemas()["setting"]
    assert project.run("schema", "condition").data == read_schemas()["condition"]


def test_outside_a_project_no_schemas_are_written(project: Project) -> None:
    (project.root / "cg-sync.yaml").unlink()
    ran = project.run("schema", "--write")
    assert ran.code == 3
    assert "there is no cg-sync.yaml in this folder" in ran.err
    assert not (project.root / "schemas").exists()


BROKEN = [
    ("attributes.yaml", "attributes: {city: {type: text}}\n", "attributes.city.type"),
    ("lists/a.yaml", "values: []\n", "values: is empty"),
    ("lists/a.yaml", "values: [\n", "lists/a.yaml"),
    ("conditions/a.yaml", "condition: {ctiy: Bursa}\n", "ctiy: no such attribute"),
]


@pytest.mark.parametrize(("name", "text", "said"), BROKEN)
def test_broken_words_are_told_instead_of_written(
    project: Project, name: str, text: str, said: str
) -> None:
    project.write(name, text)
    for arguments in (("schema", "--write"), ("schema", "setting"), ("schema", "condition")):
        ran = project.run(*arguments)
        assert (ran.code, ran.out) == (3, "")
        assert said in ran.err
    assert not (project.root / "schemas").exists()


@pytest.mark.parametrize("name", ["attributes", "group", "list", "project"])
def test_schemas_without_rules_are_printed_however_broken_the_project_is(
    project: Project, name: str
) -> None:
    project.write("attributes.yaml", "attributes: 7\n")
    project.write("cg-sync.yaml", "{")
    assert project.run("schema", name).data == read_schemas()[name]


def test_what_is_wrong_with_a_setting_does_not_hinder_its_schema(project: Project) -> None:
    project.write("settings/a.yaml", "slug: a\n")
    assert project.run("schema", "--write").code == 0


def test_what_is_written_is_what_is_printed_and_the_same_each_time(project: Project) -> None:
    files = project.run("schema", "--write").out.split()
    assert files == [f"schemas/{name}.schema.json" for name in read_schemas()]
    before = [(project.root / file).read_bytes() for file in files]
    printed = [project.run("schema", name).out for name in read_schemas()]
    assert [it.decode() for it in before] == printed
    project.run("schema", "--write")
    assert [(project.root / file).read_bytes() for file in files] == before


def test_a_schema_is_laid_out_in_short_lines_and_means_the_same() -> None:
    schema: JsonObject = {
        "enum": ["İ", "b"],
        "long": [{"a": "x" * 60}, {"b": "y" * 60}, {}, []],
        "deep": {"properties": {"of": {"c": 1.5, "d": None, "e": "z" * 60, "f": True}}},
    }
    assert json.loads(schema_text(schema)) == schema
    assert schema_text(schema).splitlines() == [
        "{",
        '  "enum": ["İ", "b"],',
        '  "long": [',
        f'    {{"a": "{"x" * 60}"}},',
        f'    {{"b": "{"y" * 60}"}},',
        "    {},",
        "    []",
        "  ],",
        '  "deep": {',
        '    "properties": {',
        '      "of": {',
        '        "c": 1.5,',
        '        "d": null,',
        f'        "e": "{"z" * 60}",',
        '        "f": true',
        "      }",
        "    }",
        "  }",
        "}",
    ]


def test_a_project_without_schemas_hears_nothing_of_them(project: Project) -> None:
    assert warnings(project) == []


CHANGES = {
    "an attribute more": ("attributes.yaml", "attributes: {city: {type: string}}\n"),
    "a value list more": ("lists/towns.yaml", "values: [Bursa]\n"),
    "a shared condition more": ("conditions/near.yaml", "condition: {city: Bursa}\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_validate_says_once_for_each_file_that_it_is_stale(project: Project, change: str) -> None:
    project.run("schema", "--write")
    assert warnings(project) == []
    project.write(*CHANGES[change])
    assert warnings(project) == both("condition", "setting")
    ran = project.run("validate")
    assert ran.err.count("run `cg-sync schema --write`") == 2
    project.run("schema", "--write")
    assert warnings(project) == []


def test_the_values_of_a_list_make_no_schema_stale(project: Project) -> None:
    project.write("lists/towns.yaml", "values: [Bursa]\n")
    project.run("schema", "--write")
    project.write("lists/towns.yaml", "values: [Bursa, Kocaeli]\n")
    assert warnings(project) == []


@pytest.mark.parametrize("text", ["{}", "", "{", "[" * 100_000, "\x00"])
def test_a_schema_of_another_version_or_none_at_all_is_stale(project: Project, text: str) -> None:
    project.run("schema", "--write")
    project.write("schemas/group.schema.json", text)
    assert warnings(project) == both("group")


def test_only_schemas_that_are_there_can_be_stale(project: Project) -> None:
    project.write("schemas/mine.json", "{}")
    project.write("schemas/list.schema.json", json.dumps(read_schemas()["list"]))
    assert warnings(project) == []
    project.write("schemas/setting.schema.json", json.dumps(read_schemas()["setting"]))
    assert warnings(project) == both("setting")


def test_another_layout_of_the_same_schema_is_not_stale(project: Project) -> None:
    project.run("schema", "--write")
    path = project.root / "schemas/setting.schema.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), sort_keys=True), "utf-8")
    assert warnings(project) == []


def test_a_schema_that_is_a_link_out_of_the_project_is_stale(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.run("schema", "--write")
    path = project.root / "schemas/setting.schema.json"
    path.rename(tmp_path_factory.mktemp("elsewhere") / "setting.json")
    path.symlink_to(next(tmp_path_factory.getbasetemp().glob("elsewhere*/setting.json")))
    assert warnings(project) == both("setting")


def test_with_errors_in_the_files_nothing_is_said_of_schemas(project: Project) -> None:
    project.write("lists/towns.yaml", "values: [Bursa]\n")
    project.run("schema", "--write")
    project.write("lists/towns.yaml", "values: [\n")
    ran = project.run("validate")
    assert ran.code == 3
    assert "CG-F25" not in ran.err


def test_a_new_project_has_fresh_schemas(project: Project) -> None:
    assert project.run("init", "new").code == 0
    ran = project.run("validate", "--project", "new")
    assert (ran.code, "CG-F25" in ran.err) == (0, False)
    assert (project.root / "new/schemas/setting.schema.json").exists()
