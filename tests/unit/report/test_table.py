"""Tables for people and CSV for pipes."""

from __future__ import annotations

import csv
import io

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import plain
from cg_sync.report.table import csv_text, table_lines
from tests.unit.report.conftest import Golden

COLUMNS = ("pk", "name", "members", "active")
ROWS: tuple[dict[str, JsonValue], ...] = (
    {"pk": 1, "name": "VIP", "members": 12, "active": True},
    {"pk": 20, "name": "Öğrenci İndirimi ıI", "members": None, "active": False},
    {"pk": 300, "name": "学生 🎓 indirimi", "members": 4000, "active": None},
    {"pk": 4, "name": "I\u0307stanbul ❤\ufe0f", "members": 1},
    {"pk": 5, "name": "\x1b[2J\u202eevil\nname", "members": 0, "active": True},
    {"pk": 6, "name": "long " * 3000, "members": 7, "active": True},
)


def test_a_table_is_aligned_whatever_the_width_of_its_letters(golden: Golden) -> None:
    golden("table.txt", plain(table_lines(COLUMNS, ROWS)))


def test_a_table_without_rows_is_its_header() -> None:
    assert plain(table_lines(COLUMNS, ())) == "pk  name  members  active\n"


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    rows: list[dict[str, JsonValue]] = [{"n": 1, "yes": True}, {"n": 1000, "yes": False}]
    assert plain(table_lines(("n", "yes"), rows)) == "   n  yes\n   1  yes\n1000  no\n"


def test_a_column_of_nothing_stands_to_the_left() -> None:
    rows: list[dict[str, JsonValue]] = [{"code": None, "n": 1}]
    assert plain(table_lines(("code", "n"), rows)) == "code  n\n      1\n"


def test_csv_is_as_on_record(golden: Golden) -> None:
    golden("table.csv", csv_text(COLUMNS, ROWS[:5]))


def test_csv_reads_back_as_what_was_written() -> None:
    odd = 'a,b "c"\r\nd\re'
    text = csv_text(("name",), [{"name": odd}])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["name"], [odd]]


def test_csv_can_go_on_without_a_header() -> None:
    assert csv_text(("a", "b"), [{"a": True, "b": None}], header=False) == "true,\n"
