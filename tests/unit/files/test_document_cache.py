"""A document from the cache is the one that its file holds, or there is none."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cg_sync.core.document import Document
from cg_sync.errors import Problem
from cg_sync.files import document_cache
from cg_sync.files.document_cache import NAME, DocumentCache
from cg_sync.files.kept import Kept, open_kept
from cg_sync.files.tree import read_tree
from cg_sync.files.yaml_reader import read_yaml

Read = tuple[Document | None, tuple[Problem, ...]]


def kept_in(folder: Path) -> Kept:
    (folder / "project").mkdir(exist_ok=True)
    kept = open_kept(folder / "project", {"XDG_STATE_HOME": str(folder / "state")})
    assert kept is not None
    return kept


def run(folder: Path, *texts: bytes) -> list[Read]:
    """What one run reads, which then keeps it."""
    cache = DocumentCache(kept_in(folder), worth_keeping=1)
    read = [cache.read(text, file=f"{number}.yaml") for number, text in enumerate(texts)]
    cache.save()
    return read


def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed from now on."""
    files: list[str] = []

    def noting(data: bytes, *, file: str) -> Read:
        files.append(file)
        return read_yaml(data, file=file)

    monkeypatch.setattr(document_cache, "read_yaml", noting)
    return files


texts = st.one_of(
    st.binary(max_size=30),
    st.text(st.sampled_from("ab1 -:,[]{}#&\"'.\n"), max_size=20).map(str.encode),
    st.sampled_from(
        [b"", b"a: 1\n", b"a: 1.0\n", b"a: -0.0\n", "ş: [~, 'İ', true]\n".encode(), b"a: 1\na: 2\n",
         b'a: "\\ud83d\\udca9"\n', b'a: "\\U0001F4A9 \\0"\n', b"a: 1e300\nb: " + b"9" * 300]
    ),
)  # fmt: skip


@settings(max_examples=30)
@given(st.lists(texts, max_size=6), st.lists(texts, max_size=3))
def test_what_comes_from_the_cache_is_what_would_be_read(
    before: list[bytes], more: list[bytes]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for now in (before, [*before, *more], [*more, *before]):
            fresh = [read_yaml(text, file=f"{number}.yaml") for number, text in enumerate(now)]
            read = run(Path(folder), *now)
            assert repr(read) == repr(fresh)
            assert [it and it.locate() for it, _ in read] == [it and it.locate() for it, _ in fresh]
            assert [it and it.data for it, _ in read] == [it and it.data for it, _ in fresh]


def test_a_file_is_parsed_again_only_when_its_bytes_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, b"a: 1", b"b: 1")
    files = parsed(monkeypatch)
    run(tmp_path, b"b: 1", b"a: 1 ")
    assert files == ["1.yaml"]


def test_what_had_problems_is_told_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, b"a: 1", b"@")
    files = parsed(monkeypatch)
    assert run(tmp_path, b"a: 1", b"@")[1][1] == read_yaml(b"@", file="1.yaml")[1]
    assert files == ["1.yaml"]


def test_only_what_a_run_has_used_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, b"a: 1", b"b: 1")
    run(tmp_path, b"a: 1", b"c: 1")
    files = parsed(monkeypatch)
    run(tmp_path, b"a: 1", b"c: 1", b"b: 1")
    assert files == ["2.yaml"]


def test_two_trees_of_one_run_are_kept_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, b"a: 1", b"b: 1")
    cache = DocumentCache(kept_in(tmp_path), worth_keeping=1)
    cache.read(b"c: 1", file="c")
    cache.save()
    cache.read(b"a: 1", file="a")
    cache.save()
    path = kept_in(tmp_path).folder / NAME
    before = path.stat().st_ino
    cache.save()
    assert path.stat().st_ino == before
    files = parsed(monkeypatch)
    run(tmp_path, b"c: 1", b"a: 1")
    assert files == []


def test_equal_files_of_one_run_are_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = parsed(monkeypatch)
    run(tmp_path, b"a: 1", b"a: 1", b"@", b"@")
    assert files == ["0.yaml", "2.yaml", "3.yaml"]


def test_where_nothing_is_new_nothing_is_written(tmp_path: Path) -> None:
    run(tmp_path, b"a: 1", b"b: 1")
    path = kept_in(tmp_path).folder / NAME
    before = path.stat().st_ino
    run(tmp_path, b"b: 1")
    assert path.stat().st_ino == before


def test_few_documents_are_not_worth_a_file(tmp_path: Path) -> None:
    cache = DocumentCache(kept_in(tmp_path))
    cache.read(b"a: 1", file="a.yaml")
    cache.save()
    assert [it.name for it in tmp_path.rglob("*")] == ["project"]


@pytest.mark.parametrize(
    "changes", [{"__version__": "7.0"}, {"parser": "libyaml 9"}, {"code": "x"}], ids=str
)
def test_another_reader_does_not_believe_what_this_one_has_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str]
) -> None:
    run(tmp_path, b"a: 1")
    match changes:
        case {"__version__": version}:
            monkeypatch.setattr(yaml, "__version__", version)
        case {"parser": parser}:
            monkeypatch.setattr(document_cache, "parser_version", lambda: parser)
        case _:
            (tmp_path / "yaml_reader.py").write_text("another")
            monkeypatch.setattr(document_cache, "__file__", str(tmp_path / "document_cache.py"))
    files = parsed(monkeypatch)
    run(tmp_path, b"a: 1")
    assert files == ["0.yaml"]


def test_code_that_cannot_be_read_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, b"a: 1")
    monkeypatch.setattr(document_cache, "__file__", str(tmp_path / "packed.zip/document_cache.py"))
    files = parsed(monkeypatch)
    path = kept_in(tmp_path).folder / NAME
    before = path.read_bytes()
    for _ in range(2):
        run(tmp_path, b"a: 1", b"b: 1")
    assert files == ["0.yaml", "1.yaml"] * 2
    assert path.read_bytes() == before


def test_a_cache_that_was_tampered_with_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, b"a: 1")
    path = kept_in(tmp_path).folder / NAME
    path.write_bytes(path.read_bytes().replace(b'{"a":1}', b'{"a":2}'))
    assert run(tmp_path, b"a: 1")[0][0] == Document("0.yaml", {"a": 1}, dict)
    files = parsed(monkeypatch)
    run(tmp_path, b"a: 1")
    assert files == []


def test_a_tree_is_read_through_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    (root / "groups").mkdir(parents=True)
    (root / "cg-sync.yaml").write_text("version: 1")
    (root / "groups/a.yaml").write_text("name: a")
    fresh = read_tree(root, {"group": "groups"})
    for _ in range(2):
        cache = DocumentCache(kept_in(tmp_path), worth_keeping=1)
        assert read_tree(root, {"group": "groups"}, read=cache.read) == fresh
        cache.save()
    files = parsed(monkeypatch)
    read_tree(root, {"group": "groups"}, read=DocumentCache(kept_in(tmp_path)).read)
    assert files == []
