"""What lands on a terminal: colours where a person wants them, and nothing that crashes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

import pytest

from cg_sync.cli.terminal import emit, notice, progress, waiting, wants_colour, write, write_json
from cg_sync.report.line import Span, Tone, line

ADDED = line("  ", Span("+ VIP", Tone.ADDED), " ")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def no_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environ", "on_terminal", "on_pipe"),
    [
        ({}, True, False),
        ({"TERM": "xterm-256color"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colour_is_for_terminals_unless_the_environment_says_otherwise(
    environ: dict[str, str], on_terminal: bool, on_pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert (wants_colour(Terminal()), wants_colour(io.StringIO())) == (on_terminal, on_pipe)


def test_a_tone_is_a_colour_and_what_has_none_stays_bare(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    write([ADDED])
    assert capsys.readouterr().out == "  \x1b[32m+ VIP\x1b[0m\n"


def test_without_colour_lines_are_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    write([ADDED], to_stderr=True)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "  + VIP\n")


def test_every_tone_but_the_plain_one_has_a_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    looks = set()
    for tone in Tone:
        write([line(Span("x", tone))])
        looks.add(capsys.readouterr().out)
    assert len(looks) == len(Tone)


SAYINGS: dict[str, Callable[[], object]] = {
    "write": lambda: write([ADDED]),
    "write to stderr": lambda: write([ADDED], to_stderr=True),
    "write_json": lambda: write_json({}),
    "notice": lambda: notice("reading"),
    "waiting": lambda: waiting("reading").__enter__(),
}


@pytest.mark.parametrize("saying", SAYINGS.values(), ids=SAYINGS)
def test_a_reader_who_goes_away_does_not_stop_what_goes_on(
    saying: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        saying()
        saying()
        monkeypatch.undo()


def test_a_text_that_nobody_reads_is_known_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert emit("x") is True
    assert capsys.readouterr().out == "x"
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert emit("x") is False
        monkeypatch.undo()


def test_json_cannot_act_upon_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"name": "İ\x9b\u202e"})
    assert capsys.readouterr().out == '{\n  "name": "İ\\u009b\\u202e"\n}\n'


def test_a_notice_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    notice("reading")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "reading\n")


def test_waiting_is_one_plain_line_where_no_person_looks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with waiting("reading the shop …"):
        pass
    assert capsys.readouterr().err == "reading the shop …\n"


def test_waiting_shows_a_spinner_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with waiting("reading the shop …"):
        pass
    assert "reading the shop …" in terminal.getvalue()
    assert "\x1b[" in terminal.getvalue()


def test_progress_is_silent_where_no_person_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("applying", 3) as advance:
        advance()
    assert capsys.readouterr().err == ""


def test_progress_shows_a_bar_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("applying", 3) as advance:
        advance()
    assert "applying" in terminal.getvalue()
