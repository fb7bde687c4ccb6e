"""A project as it was in a commit: which commit a name means, and what is unpacked of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from cg_sync.errors import UsageWrong
from cg_sync.files.git_tree import is_in_commit, read_commit, read_shared_commit, unpacked

ENVIRON: Mapping[str, str] = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=ENVIRON, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str]) -> str:
    """Write the files, commit everything, and return the commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "a commit")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """An empty repository."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def files_in(root: Path, name: str) -> dict[str, str]:
    """What is unpacked: the text of every file, by path."""
    with unpacked(root, name, environ=ENVIRON) as folder:
        return {
            it.relative_to(folder).as_posix(): it.read_bytes().decode()
            for it in sorted(folder.rglob("*"))
            if it.is_file()
        }


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(it): it.read_bytes() for it in folder.rglob("*") if it.is_file()}


def refusal(root: Path, ref: str, environ: Mapping[str, str] = ENVIRON) -> tuple[str, str]:
    with pytest.raises(UsageWrong) as caught:
        read_commit(root, ref, environ=environ)
    return str(caught.value), caught.value.hint


# --- which commit


def test_a_branch_a_tag_and_a_short_name_mean_a_commit(repo: Path) -> None:
    first = commit(repo, {"a": "1"})
    git(repo, "tag", "--annotate", "v1", "--message", "a tag")
    second = commit(repo, {"a": "2"})
    names = ("main", "HEAD", "v1", "main~1", first[:10])
    found = [read_commit(repo, it, environ=ENVIRON) for it in names]
    assert found == [second, second, first, first, first]


@pytest.mark.parametrize("ref", ["--output=x", "-h", "--", "-"])
def test_what_looks_like_an_option_never_reaches_git(repo: Path, ref: str) -> None:
    commit(repo, {"a": "1"})
    assert refusal(repo, ref) == (f"{ref} is no commit", "name a branch or a commit")


def test_an_empty_name_is_no_commit(repo: Path) -> None:
    commit(repo, {"a": "1"})
    assert refusal(repo, "")[0] == "an empty name is no commit"


@pytest.mark.parametrize("ref", ["nope", "^HEAD", "HEAD..HEAD", "HEAD:a", "HEAD~9", "a b", "@{9}"])
def test_a_name_that_is_no_commit_is_refused(repo: Path, ref: str) -> None:
    commit(repo, {"a": "1"})
    message, hint = refusal(repo, ref)
    assert message == f"git knows no commit {ref} here"
    assert hint == f"fetch it first: git fetch origin {ref}"


def test_a_branch_that_is_at_the_origin_only_is_suggested(repo: Path, tmp_path: Path) -> None:
    commit(repo, {"a": "1"})
    git(repo, "branch", "release")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repo), str(clone))
    assert refusal(clone, "release")[1] == "did you mean origin/release?"
    assert refusal(clone, "origin/nope")[1] == "fetch it first: git fetch origin nope"


def test_outside_of_a_repository_git_says_so(tmp_path: Path) -> None:
    environ = {**ENVIRON, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    assert refusal(tmp_path, "main", environ)[0].startswith("git says: not a git repository")


def test_without_git_it_says_so(repo: Path, tmp_path: Path) -> None:
    environ = {**ENVIRON, "PATH": str(tmp_path / "nothing")}
    assert refusal(repo, "main", environ)[0] == "git is not installed"


def test_a_git_that_does_not_answer_is_not_waited_for_for_ever(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setattr("cg_sync.files.git_tree.ASKING_SECONDS", 0.1)
    environ = {**ENVIRON, "PATH": f"{slow.parent}:{ENVIRON['PATH']}"}
    assert refusal(repo, "main", environ)[0] == "git did not answer in 0 seconds"


# --- where a branch began


def test_the_shared_commit_is_where_the_branch_began(repo: Path) -> None:
    began = commit(repo, {"a": "1"})
    git(repo, "switch", "--quiet", "--create", "work")
    mine = commit(repo, {"b": "1"})
    git(repo, "switch", "--quiet", "main")
    theirs = commit(repo, {"c": "1"})
    assert read_shared_commit(repo, mine, environ=ENVIRON) == began
    git(repo, "switch", "--quiet", "work")
    assert read_shared_commit(repo, theirs, environ=ENVIRON) == began
    git(repo, "merge", "--quiet", "--no-edit", "main")
    assert read_shared_commit(repo, theirs, environ=ENVIRON) == theirs


def test_histories_without_a_shared_commit_are_refused(repo: Path) -> None:
    first = commit(repo, {"a": "1"})
    git(repo, "switch", "--quiet", "--orphan", "other")
    commit(repo, {"b": "1"})
    with pytest.raises(UsageWrong, match=r"no commit that .* and HEAD share") as caught:
        read_shared_commit(repo, first, environ=ENVIRON)
    assert caught.value.hint == "they have no history in common"


def test_a_shallow_clone_is_told_to_fetch_its_history(repo: Path, tmp_path: Path) -> None:
    commit(repo, {"a": "1"})
    git(repo, "switch", "--quiet", "--create", "work")
    commit(repo, {"b": "1"})
    git(repo, "switch", "--quiet", "main")
    commit(repo, {"c": "1"})
    clone = tmp_path / "clone"
    options = ("--depth", "1", "--no-single-branch", "--branch", "work")
    git(tmp_path, "clone", "--quiet", *options, repo.as_uri(), str(clone))
    theirs = read_commit(clone, "origin/main", environ=ENVIRON)
    with pytest.raises(UsageWrong) as caught:
        read_shared_commit(clone, theirs, environ=ENVIRON)
    assert "git fetch --unshallow" in caught.value.hint
    assert "git fetch --unshallow" in refusal(clone, "work~1")[1]


# --- what is unpacked


@pytest.fixture
def project(repo: Path) -> Path:
    """A project in a folder of its repository, beside other things."""
    commit(repo, {"shop/a.yaml": "old", "shop/in/b.yaml": "b", "shopping/c.yaml": "c", "d": "d"})
    commit(repo, {"shop/a.yaml": "new", "shop/later.yaml": "later"})
    return repo / "shop"


def test_the_project_is_unpacked_as_it_was(project: Path) -> None:
    first = read_commit(project, "HEAD~1", environ=ENVIRON)
    assert files_in(project, first) == {"a.yaml": "old", "in/b.yaml": "b"}


def test_a_project_that_is_the_whole_repository_is_unpacked_whole(project: Path) -> None:
    assert sorted(files_in(project.parent, "HEAD~1")) == [
        "d",
        "shop/a.yaml",
        "shop/in/b.yaml",
        "shopping/c.yaml",
    ]


def test_nothing_is_written_in_the_repository(project: Path) -> None:
    (project / "a.yaml").write_text("not committed", encoding="utf-8")
    before = everything_in(project.parent)
    files_in(project, read_commit(project, "HEAD~1", environ=ENVIRON))
    assert everything_in(project.parent) == before


def test_nothing_is_left_behind(project: Path) -> None:
    with unpacked(project, "HEAD", environ=ENVIRON) as folder:
        assert folder.is_dir()
    assert not folder.exists()
    assert not folder.parent.parent.exists()


def test_nobody_else_may_look_into_it(project: Path) -> None:
    with unpacked(project, "HEAD", environ=ENVIRON) as folder:
        assert folder.parent.parent.stat().st_mode & 0o077 == 0


def test_a_commit_without_the_project_is_refused(repo: Path) -> None:
    first = commit(repo, {"other": "1"})
    commit(repo, {"shop/a.yaml": "1"})
    with pytest.raises(UsageWrong, match=f"the project was not there in {first[:12]}"):
        files_in(repo / "shop", first)


def test_attributes_leave_nothing_out_and_fill_nothing_in(repo: Path) -> None:
    attributes = "members/** export-ignore\n*.yaml export-subst\n"
    files = {".gitattributes": attributes, "members/a.txt": "ann", "b.yaml": "$Format:%H$"}
    found = files_in(repo, commit(repo, files))
    assert (found["members/a.txt"], found["b.yaml"]) == ("ann", "$Format:%H$")


def test_attributes_above_the_project_count_as_in_a_checkout(repo: Path) -> None:
    files = {".gitattributes": "*.txt text eol=crlf\n", "shop/a.txt": "a\nb\n"}
    assert files_in(repo / "shop", commit(repo, files)) == {"a.txt": "a\r\nb\r\n"}


def test_no_program_of_the_repository_runs(project: Path) -> None:
    repo, told = project.parent, project.parent.parent / "told"
    script = f"#!/bin/sh\necho ran >> '{told}'\n"
    for name in ("post-checkout", "post-index-change", "fsmonitor"):
        hook = repo / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(script, encoding="utf-8")
        hook.chmod(0o755)
    git(repo, "config", "core.fsmonitor", str(hook))
    files_in(project, "HEAD")
    assert not told.exists()


@pytest.mark.parametrize("options", [["--no-cone", "/shop/a.yaml"], ["--sparse-index", "shopping"]])
def test_a_sparse_checkout_hides_nothing(project: Path, options: list[str]) -> None:
    git(project.parent, "sparse-checkout", "set", *options)
    project.mkdir(exist_ok=True)
    assert sorted(files_in(project, "HEAD")) == ["a.yaml", "in/b.yaml", "later.yaml"]


def test_links_are_not_followed_out_of_the_folder(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (repo / "shop").mkdir()
    (repo / "shop" / "out").symlink_to(tmp_path)
    made = commit(repo, {"shop/a.yaml": "a"})
    (repo / "shop" / "out").unlink()
    commit(repo, {"shop/out/b.yaml": "b"})
    with unpacked(repo / "shop", "HEAD", environ=ENVIRON) as folder:
        assert (folder / "out" / "b.yaml").read_text() == "b"
    with unpacked(repo / "shop", made, environ=ENVIRON) as folder:
        assert (folder / "out").is_symlink()
    assert sorted(it.name for it in tmp_path.iterdir()) == ["repo", "secret"]


@pytest.mark.parametrize("name", ["*.yaml", ":(top)x", "ö ü.yaml", "a\nb.yaml", "-x.yaml"])
def test_odd_names_of_folders_and_files_mean_themselves(repo: Path, name: str) -> None:
    made = commit(repo, {f"{name}/{name}": "odd", "other.yaml/a.yaml": "another"})
    assert files_in(repo / name, made) == {name: "odd"}


def test_a_linked_worktree_knows_the_commits_of_its_repository(
    project: Path, tmp_path: Path
) -> None:
    git(project.parent, "worktree", "add", "--quiet", str(tmp_path / "linked"), "HEAD~1")
    root = tmp_path / "linked" / "shop"
    assert files_in(root, read_commit(root, "main", environ=ENVIRON))["a.yaml"] == "new"


def test_a_hook_that_sets_its_own_index_changes_nothing(project: Path) -> None:
    environ = {**ENVIRON, "GIT_INDEX_FILE": str(project.parent / ".git" / "index")}
    before = everything_in(project.parent)
    with unpacked(project, "HEAD~1", environ=environ) as folder:
        assert (folder / "a.yaml").read_text() == "old"
    assert everything_in(project.parent) == before


def test_what_git_cannot_bring_is_said_in_its_words(project: Path) -> None:
    with (
        pytest.raises(UsageWrong, match=r"^git says: "),
        unpacked(project, "0" * 40, environ=ENVIRON),
    ):
        pass


def test_whether_a_file_was_in_a_commit(project: Path) -> None:
    found = [is_in_commit(project, "HEAD~1", it, environ=ENVIRON) for it in ("a.yaml", "d", "in")]
    assert found == [True, False, True]
    assert not is_in_commit(project, "HEAD~1", "later.yaml", environ=ENVIRON)
