"""What a journal says: read back as it was written, also when cut off; refused when changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.journal import (
    WRITES,
    Before,
    Begun,
    Ended,
    Header,
    JournalBroken,
    Recorded,
    begun_record,
    ended_record,
    header_record,
    line_of,
    pks_in,
    ranges_of,
    read_lines,
)
from cg_sync.jsonvalue import JsonObject

HEADER = Header("run-1", "2026-11-22T06:15:48+00:00", {"digest": "d"}, None, ("catch_all@d",))
VIP = Address("customer_group", "VIP")
BEFORE = Before({"name": "Gold"}, {"customer_groups": {"Gold": 7}}, (1, 2, 3, 9), ("extra_field",))
EVENTS: tuple[Begun | Ended, ...] = (
    Begun(1, VIP, "create"),
    Ended(1, "done", 40, "f1"),
    Begun(2, VIP, "add_members", (5, 6, 7, 12)),
    Ended(2, "unsure", reason="no answer"),
    Begun(3, Address("customer_group", "Gold"), "delete", before=BEFORE),
)


def lines_of(records: Sequence[JsonObject], key: str = "") -> list[bytes]:
    lines, last = [], ""
    for it in records:
        line, last = line_of(it, last, key)
        lines.append(line)
    return lines


def records_of(events: Sequence[Begun | Ended], header: Header = HEADER) -> list[JsonObject]:
    return [
        header_record(header),
        *(begun_record(it) if isinstance(it, Begun) else ended_record(it) for it in events),
    ]


def written(events: Sequence[Begun | Ended] = EVENTS, key: str = "", close: str = "") -> bytes:
    more: list[JsonObject] = [{"close": close}] if close else []
    return b"".join(lines_of([*records_of(events), *more], key))


def read(data: bytes, key: str = "") -> Recorded:
    found = read_lines(data, key)
    assert found is not None
    return found


def expected(events: Sequence[Begun | Ended], data: bytes, close: str = "") -> Recorded:
    return Recorded(
        HEADER,
        tuple(it for it in events if isinstance(it, Begun)),
        {it.number: it for it in events if isinstance(it, Ended)},
        close,
        len(data),
        json.loads(data.splitlines()[-1])["sum"],
    )


# --- what is written is read


@pytest.mark.parametrize("key", ["", "secret"])
@pytest.mark.parametrize("close", ["", "partly"])
def test_a_journal_is_read_back_as_it_was_written(key: str, close: str) -> None:
    data = written(key=key, close=close)
    assert read(data, key) == expected(EVENTS, data, close)


def test_a_line_holds_members_as_ranges_and_nothing_that_is_not_there() -> None:
    assert begun_record(EVENTS[0]) == {  # type: ignore[arg-type]
        "begin": 1, "write": "create", "kind": "customer_group", "key": "VIP",
    }  # fmt: skip
    assert begun_record(EVENTS[2])["members"] == "5-7,12"  # type: ignore[arg-type]


def test_a_run_that_went_on_after_its_end_is_under_way_again() -> None:
    first = written(close="partly")
    line, _ = line_of(begun_record(Begun(4, VIP, "update")), read(first).last, "")
    assert read(first + line).closed == ""


def test_of_two_endings_of_one_write_the_later_counts() -> None:
    settled = Ended(2, "done", 40)
    assert read(written([*EVENTS, settled])).ended[2] == settled


def test_every_sort_of_step_has_a_word() -> None:
    assert sorted(WRITES.values()) == [
        "add_members", "create", "delete", "remove_members", "update",
    ]  # fmt: skip


# --- what was cut off


@pytest.mark.parametrize(
    "data", [b"", b"\0\0", b"{", b'{"format": "cg-sync/journal"', written()[:40]]
)
def test_a_journal_without_a_whole_first_line_is_of_a_run_that_wrote_nothing(data: bytes) -> None:
    assert read_lines(data, "") is None


@pytest.mark.parametrize("zeros", [b"", b"\0", b"\0" * 4096, b"\n", b"\n\n"])
def test_the_journal_may_be_cut_anywhere(zeros: bytes) -> None:
    """And what the disk had not written may be there as zeros."""
    lines = lines_of(records_of(EVENTS))
    data = b"".join(lines)
    for cut in range(len(lines[0]), len(data)):
        whole, length = 0, 0
        while length + len(lines[whole]) <= cut:
            length += len(lines[whole])
            whole += 1
        rest = data[:cut] + (zeros if zeros[:1] != b"\n" or cut == length else b"")
        assert read(rest) == expected(EVENTS[: whole - 1], data[:length])


def test_a_last_line_with_an_end_and_a_hole_was_cut_off_too() -> None:
    lines = lines_of(records_of(EVENTS))
    hole = lines[-1][:20] + b"\0" * 20 + lines[-1][40:]
    data = b"".join(lines[:-1])
    assert read(data + hole) == expected(EVENTS[:-1], data)


# --- what was changed


def is_refused(data: bytes, key: str = "") -> str:
    with pytest.raises(JournalBroken) as broken:
        read_lines(data, key)
    return str(broken.value)


@pytest.mark.parametrize("line", range(1, 7))
def test_a_line_that_was_changed_is_named(line: int) -> None:
    lines = lines_of(records_of(EVENTS))
    lines[line - 1] = lines[line - 1].replace(b'"sum":"', b'"more":1,"sum":"')
    told = f"was changed after it was written: line {line}"
    signed = "was changed after it was written, or signed with another key: line 1"
    assert is_refused(b"".join(lines)) == (signed if line == 1 else told)


def test_a_line_that_was_taken_out_or_put_elsewhere_is_noticed() -> None:
    lines = lines_of(records_of(EVENTS))
    for others in ([*lines[:2], *lines[3:]], [*lines[:2], lines[3], lines[2], *lines[4:]]):
        assert "line 3" in is_refused(b"".join(others))


def test_a_journal_is_refused_without_its_key() -> None:
    assert "signed with another key" in is_refused(written(key="secret"))
    assert "signed with another key" in is_refused(written(), "secret")
    assert "signed with another key" in is_refused(written([], key="other"), "secret")


@pytest.mark.parametrize("data", [b"hello\n", b"[]\n", b"groups:\n  - a\n"])
def test_another_file_is_no_journal(data: bytes) -> None:
    assert is_refused(data) == "is no journal of cg-sync"


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"7",
        b'{"sum":"\\ud800"}',
        b'{"a":NaN,"sum":null}',
        b"[" * 100_000,
        b"\xff\xfe",
        b"{}",
    ],
)
def test_a_line_that_is_none_is_refused_and_not_run_into(line: bytes) -> None:
    whole = written([])
    assert "line 2" in is_refused(whole + line + b"\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "other"}, "is no journal of cg-sync"),
        ({"format_version": "2.0"}, "is in format 2.0, and this version reads 1.x"),
        ({"run": ...}, "is broken: KeyError 'run'"),
        ({"allowed": 7}, "is broken: TypeError"),
    ],
)
def test_a_header_of_another_shape_is_refused(change: dict[str, Any], told: str) -> None:
    record = {**header_record(HEADER), **change}
    record = {name: it for name, it in record.items() if it is not ...}
    assert is_refused(lines_of([record])[0]).startswith(told)


def test_a_later_version_of_the_same_format_is_read() -> None:
    record = {**header_record(HEADER), "format_version": "1.7", "more": 1}
    assert read(lines_of([record])[0]).header == HEADER


@pytest.mark.parametrize("members", ["x", 7, "1,,2"])
def test_a_write_of_another_shape_is_refused(members: Any) -> None:
    record = {**begun_record(Begun(1, VIP, "add_members")), "members": members}
    assert is_refused(b"".join(lines_of([header_record(HEADER), record]))).startswith("is broken: ")


# --- ranges


@pytest.mark.parametrize(
    ("pks", "text"),
    [((), ""), ((7,), "7"), ((1, 2), "1-2"), ((3, 1, 2, 9), "1-3,9"), ((1, 3), "1,3")],
)
def test_ids_are_told_as_ranges(pks: tuple[int, ...], text: str) -> None:
    assert ranges_of(pks) == text
    assert list(pks_in(text)) == sorted(pks)


# --- laws

texts = st.text(st.characters(exclude_categories=()), max_size=8)
pks = st.sets(st.integers(1, 30)).map(lambda it: tuple(sorted(it)))
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
wires = st.dictionaries(texts, values | st.lists(values, max_size=2), max_size=3)
befores = st.builds(
    Before,
    wires,
    st.dictionaries(texts, st.dictionaries(texts, st.integers(1), max_size=2), max_size=2),
    st.none() | pks,
    st.lists(texts, max_size=2).map(tuple),
)
begun = st.builds(
    Begun,
    st.integers(1, 9),
    st.builds(Address, texts, texts),
    st.sampled_from(sorted(WRITES.values())),
    pks,
    st.none() | befores,
)
ended = st.builds(
    Ended,
    st.integers(1, 9),
    st.sampled_from(["done", "failed", "unsure"]),
    st.none() | st.integers(1),
    texts,
    texts,
)
events = st.lists(begun | ended, max_size=5)
keys = st.sampled_from(["", "k", "\udcff"])


@given(events, keys)
def test_any_journal_is_read_back_as_it_was_written(events: list[Begun | Ended], key: str) -> None:
    data = written(events, key)
    assert read(data, key) == expected(events, data)


@given(events, keys, st.integers(0))
def test_any_part_of_a_journal_is_the_first_of_its_records(
    events: list[Begun | Ended], key: str, cut: int
) -> None:
    lines = lines_of(records_of(events), key)
    data = b"".join(lines)
    part = data[: cut % (len(data) + 1)]
    whole = part.count(b"\n")
    found = read_lines(part, key)
    if not whole:
        assert found is None
    else:
        assert found == expected(events[: whole - 1], b"".join(lines[:whole]))


@given(events, keys, st.integers(0), st.integers(0, 255))
def test_any_changed_byte_is_refused_but_for_one_that_changes_nothing_or_cuts_off_the_end(
    events: list[Begun | Ended], key: str, at: int, byte: int
) -> None:
    """A letter of `\\u00fc` may be in upper case. What looks cut off is a last line whose end is
    gone, or that has a hole.
    """
    data = written(events, key)
    at %= len(data)
    changed = data[:at] + bytes([byte]) + data[at + 1 :]
    try:
        found = read_lines(changed, key)
    except JournalBroken:
        return
    if found is not None and found.length == len(data):
        assert found == expected(events, data)
        return
    last = data[:-1].rfind(b"\n", 0, data[:-1].rfind(b"\n")) + 1
    assert at >= last
    assert byte == 0 or data[at : at + 1] == b"\n"


@given(st.sets(st.integers(0, 60)))
def test_ranges_lose_nobody(pks: set[int]) -> None:
    assert list(pks_in(ranges_of(pks))) == sorted(pks)


def test_the_sum_of_a_line_depends_on_all_before_it() -> None:
    first = lines_of(records_of(EVENTS))[-1]
    other = lines_of(records_of(EVENTS, replace(HEADER, run="run-2")))[-1]
    assert first != other
