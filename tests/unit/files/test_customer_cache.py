"""What a file with customers of an earlier listing holds, and what becomes of a damaged one."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cg_sync.core.members import KeyField, MemberKeys
from cg_sync.errors import BadAnswer
from cg_sync.files.customer_cache import MAX_AGE, CustomerFile, KnownCustomers, customer_file
from cg_sync.files.customer_rows import ROWS_AT_A_TIME
from cg_sync.jsonvalue import JsonObject

SHOP = "https://a.example/c/"
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
THEN = datetime(2026, 11, 21, 20, tzinfo=UTC)
AYSE: JsonObject = {
    "pk": 7,
    "email": "Ayse@Example.com",
    "erp_code": "C-1042",
    "phone_number": "+90 555 1234567",
    "modified_date": THEN.isoformat(),
}
CAN: JsonObject = {"pk": 9, "email": "can@example.com", "modified_date": "2026-11-20T20:00:00Z"}
ALL: tuple[KeyField, ...] = ("email", "erp_code", "phone_number")
KEYS = MemberKeys({"email": {"ayse@example.com", "can@example.com", "nobody@example.com"}})
FOUND = {("email", "ayse@example.com"): (7,), ("email", "can@example.com"): (9,)}


def a_file(root: Path, shop: str = SHOP, secret: bytes = b"", now: datetime = NOW) -> CustomerFile:
    return CustomerFile(root, shop, secret=secret, clock=lambda: now)


def filled(root: Path, *customers: JsonObject, secret: bytes = b"") -> Path:
    """Where the file is that holds these customers."""
    assert list(a_file(root, secret=secret).recorded(customers or (AYSE, CAN), ALL))
    (path,) = (root / ".cg-sync/customers").iterdir()
    return path


def test_whom_a_key_names_is_found(tmp_path: Path) -> None:
    filled(tmp_path)
    file = a_file(tmp_path)
    assert file.known(ALL) == KnownCustomers(2, 7, THEN)
    assert file.named(KEYS, most=9) == FOUND
    ids = MemberKeys({"pk": {"7", "8", "07", "x", "9" * 30}, "phone_number": {"+905551234567"}})
    assert file.named(ids, most=9) == {("pk", "7"): (7,), ("phone_number", "+905551234567"): (7,)}
    assert file.named(KEYS, most=0) in [dict([it]) for it in FOUND.items()]


def test_a_kind_of_key_that_was_not_asked_for_is_not_there(tmp_path: Path) -> None:
    fields: tuple[KeyField, ...] = ("email",)
    list(a_file(tmp_path).recorded([AYSE], fields))
    assert a_file(tmp_path).known(ALL) is None
    assert a_file(tmp_path).known(fields) == KnownCustomers(1, 7, THEN)
    # As when another run has put its file into the place of ours.
    assert a_file(tmp_path).named(MemberKeys({"erp_code": {"E1"}}), most=9) is None


def test_changes_are_added_all_or_none(tmp_path: Path) -> None:
    filled(tmp_path)
    file, new = a_file(tmp_path), {**CAN, "pk": 12}

    def breaking() -> Iterator[JsonObject]:
        yield new
        raise BadAnswer("no JSON")

    with pytest.raises(BadAnswer):
        file.learn(breaking())
    assert file.named(KEYS, most=9) == FOUND
    later = {**new, "modified_date": "2026-11-22T05:00:00Z"}
    known = KnownCustomers(3, 12, datetime(2026, 11, 22, 5, tzinfo=UTC))
    assert (file.learn([AYSE, later]), file.known(ALL)) == (known, known)
    assert file.named(KEYS, most=9) == {**FOUND, ("email", "can@example.com"): (9, 12)}


def test_nobody_is_in_clear_in_the_file(tmp_path: Path) -> None:
    data = filled(tmp_path).read_bytes().lower()
    for text in ("ayse", "example.com", "c-1042", "555", "a.example"):
        assert text.encode() not in data


def test_only_the_owner_can_read_it_and_git_does_not_see_it(tmp_path: Path) -> None:
    path = filled(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / ".cg-sync/.gitignore").read_text().endswith("\n*\n")


def test_two_files_have_no_hash_in_common(tmp_path: Path) -> None:
    hashes = [
        hashed
        for folder in ("one", "two")
        for (hashed,) in rows(filled(make(tmp_path / folder)), "SELECT hash FROM name")
    ]
    assert len(set(hashes)) == len(hashes) == 8


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


# --- what cannot be used is gone, and no error


@pytest.mark.parametrize(
    ("secret", "now"),
    [
        (b"another secret", NOW),
        (b"", NOW + MAX_AGE + timedelta(seconds=1)),
        (b"", NOW - timedelta(seconds=1)),
    ],
    ids=["another secret", "too old", "from tomorrow"],
)
def test_what_cannot_be_used_is_thrown_away(tmp_path: Path, secret: bytes, now: datetime) -> None:
    path = filled(tmp_path)
    assert a_file(tmp_path, secret=secret, now=now).known(ALL) is None
    assert not path.exists()


def test_each_shop_has_a_file_of_its_own(tmp_path: Path) -> None:
    path = filled(tmp_path)
    other = a_file(tmp_path, shop="https://b.example/c/")
    assert (other.known(ALL), path.exists()) == (None, True)
    list(other.recorded([CAN], ALL))
    (there,) = set(path.parent.iterdir()) - {path}
    there.replace(path)
    assert (a_file(tmp_path).known(ALL), path.exists()) == (None, False)


def test_with_its_secret_a_file_can_be_read(tmp_path: Path) -> None:
    filled(tmp_path, secret=b"a secret")
    assert a_file(tmp_path, secret=b"a secret").named(KEYS, most=9) == FOUND


def edited(statement: str) -> Callable[[Path], object]:
    return lambda path: rows(path, statement)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_bytes(b"customers\n" * 400),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "pages of nothing": lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(16384)),
    "a table more": edited("CREATE TABLE other (it INTEGER)"),
    "a trigger": edited("CREATE TRIGGER t AFTER INSERT ON customer BEGIN SELECT 1; END"),
    "another version": edited("ALTER TABLE customer ADD COLUMN more TEXT"),
    "says nothing": edited("DELETE FROM about"),
    "a salt that is none": edited("UPDATE about SET salt = 5"),
    "fields that are none": edited("UPDATE about SET fields = x'05'"),
    "no date": edited("UPDATE about SET since = 'yesterday'"),
    "a date without a zone": edited("UPDATE about SET mark = '2026-11-21T20:00:00'"),
    "a date of old": edited("UPDATE about SET since = '0001-01-01T00:00:00+00:00'"),
    "a newest who is none": edited("UPDATE about SET newest = -1"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_thrown_away(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    path = filled(tmp_path)
    damage(path)
    assert a_file(tmp_path).known(ALL) is None
    assert not path.exists()
    assert filled(tmp_path) == path


def test_ids_that_are_none_are_not_named(tmp_path: Path) -> None:
    path = filled(tmp_path)
    for number, wrong in enumerate(("'x'", "-5", "x'00'")):
        rows(path, f"INSERT INTO name SELECT hash, {wrong} FROM name WHERE pk = 9 LIMIT 1")
        assert len(rows(path, "SELECT pk FROM name")) == 5 + number
    assert a_file(tmp_path).named(KEYS, most=9) == FOUND


def test_a_file_that_another_run_is_writing_is_passed_over(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        file = a_file(tmp_path)
        assert (file.known(ALL), file.learn([AYSE]), file.named(KEYS, most=9)) == (None,) * 3
    assert a_file(tmp_path).named(KEYS, most=9) == FOUND


def test_customers_who_do_not_say_when_they_changed_are_not_kept(tmp_path: Path) -> None:
    undated: JsonObject = {"pk": 1, "email": "x@example.com"}
    file = a_file(tmp_path)
    assert list(file.recorded([AYSE, undated], ALL)) == [AYSE, undated]
    assert file.known(ALL) is None
    path = filled(tmp_path)
    assert (file.learn([undated]), path.exists()) == (None, False)


def test_customers_are_written_many_at_a_time(tmp_path: Path) -> None:
    people: list[JsonObject] = [{**AYSE, "pk": pk} for pk in range(1, ROWS_AT_A_TIME + 2)]
    list(a_file(tmp_path).recorded(people, ALL))
    assert a_file(tmp_path).known(ALL) == KnownCustomers(len(people), 1, THEN)
    people[0] = {"pk": 1}
    assert list(a_file(make(tmp_path / "other")).recorded(people, ALL)) == people
    assert list((tmp_path / "other/.cg-sync/customers").iterdir()) == []


def test_a_listing_without_anybody_keeps_nothing(tmp_path: Path) -> None:
    assert list(a_file(tmp_path).recorded([], ALL)) == []
    assert list((tmp_path / ".cg-sync/customers").iterdir()) == []


def test_a_listing_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = filled(tmp_path)

    def breaking() -> Iterator[JsonObject]:
        yield {**AYSE, "pk": 1}
        raise BadAnswer("no JSON")

    with pytest.raises(BadAnswer):
        list(a_file(tmp_path).recorded(breaking(), ALL))
    given_up = a_file(tmp_path).recorded([AYSE, CAN], ALL)
    next(given_up)
    del given_up
    assert list(path.parent.iterdir()) == [path]
    assert a_file(tmp_path).named(KEYS, most=9) == FOUND


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    path = filled(tmp_path)
    path.with_name(f".{path.name}.0123abcd.tmp").write_text("half")
    assert filled(tmp_path) == path


def test_where_no_file_can_be_the_listing_goes_through_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".cg-sync").write_text("in the way")
    file = a_file(tmp_path)
    assert list(file.recorded([AYSE], ALL)) == [AYSE]
    file.forget()
    assert file.known(ALL) is None


def test_a_folder_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere = make(tmp_path / "elsewhere")
    (tmp_path / ".cg-sync").mkdir()
    (tmp_path / ".cg-sync/customers").symlink_to(elsewhere)
    list(a_file(tmp_path).recorded([AYSE], ALL))
    assert list(elsewhere.iterdir()) == []


# --- with which secret


def opened(root: Path, **environ: str) -> CustomerFile | None:
    return customer_file(root, SHOP, environ=environ, clock=lambda: NOW)


def test_a_signing_key_is_the_secret_wherever_the_file_is_read(tmp_path: Path) -> None:
    file = opened(tmp_path, CG_SYNC_SIGNING_KEY="a long random text")
    assert file is not None
    list(file.recorded([AYSE], ALL))
    other = opened(tmp_path, CG_SYNC_SIGNING_KEY="another one")
    assert other is not None
    assert file.known(ALL) is not None
    assert other.known(ALL) is None


def test_without_one_it_is_the_key_of_this_user_on_this_machine(tmp_path: Path) -> None:
    root, here, there = (make(tmp_path / name) for name in ("project", "here", "there"))
    file = opened(root, HOME=str(here))
    assert file is not None
    list(file.recorded([AYSE], ALL))
    again, other = opened(root, HOME=str(here)), opened(root, HOME=str(there))
    assert again is not None
    assert other is not None
    assert again.known(ALL) is not None
    assert other.known(ALL) is None


def test_without_a_safe_place_for_a_key_there_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert opened(tmp_path) is None
    assert opened(tmp_path, XDG_STATE_HOME=str(tmp_path / "inside")) is None
    assert opened(make(tmp_path / "project"), XDG_STATE_HOME=str(tmp_path / "file")) is None
    assert opened(tmp_path, CG_SYNC_SIGNING_KEY="key", CG_SYNC_CACHE="off") is None
