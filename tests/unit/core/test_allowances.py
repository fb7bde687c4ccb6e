"""What a comment allows, and which findings are left when it has been heard."""

from __future__ import annotations

import pytest

from cg_sync.core.allowances import Allowance, allowance_in, is_allowable, sift_findings
from cg_sync.errors import Position, Problem, Severity

HERE = Position("settings/a.yaml", 4, 9)


def allowing(*codes: str, line: int = 4) -> Allowance:
    return Allowance(codes, "it is meant", HERE, line)


def finding(code: str, line: int = 4, file: str = HERE.file) -> Problem:
    return Problem(code, "found", Position(file, line, 7), severity=Severity.WARNING)


@pytest.mark.parametrize(
    ("comment", "codes", "reason"),
    [
        ("# cg: allow CG-E04 because the shop checks it", ("CG-E04",), "the shop checks it"),
        ("#cg:allow CG-E04 because  so, because it is", ("CG-E04",), "so, because it is"),
        ("## cg: allow CG-E02, CG-E04 because x", ("CG-E02", "CG-E04"), "x"),
        ("# cg: allow CG-E02,CG-E04 CG-E02 because x", ("CG-E02", "CG-E04"), "x"),
        ("# CG: Allow cg-e04, Cg-E02 BECAUSE So it is", ("CG-E04", "CG-E02"), "So it is"),
        ("# cg: allow CG-E04,because x", ("CG-E04",), "x"),
    ],
)
def test_a_comment_allows_codes_for_a_reason(
    comment: str, codes: tuple[str, ...], reason: str
) -> None:
    assert allowance_in(comment, HERE, 5) == Allowance(codes, reason, HERE, 5)


@pytest.mark.parametrize("comment", ["# a note", "#", "# allow CG-E04", "# see cg: allow CG-E04"])
def test_a_comment_for_people_allows_nothing(comment: str) -> None:
    assert allowance_in(comment, HERE, 4) is None


@pytest.mark.parametrize(
    ("comment", "message", "hint"),
    [
        ("# cg: deny CG-E04", "a comment with `cg:` can only allow findings", "write `# cg: allow"),
        ("# cg:", "a comment with `cg:` can only allow findings", "write `# cg: allow"),
        ("# cg: allow because x", "the allowance names no code", "write `# cg: allow"),
        ("# cg: allow CG-E04", "the allowance gives no reason", "write `# cg: allow"),
        ("# cg: allow CG-E04 because ", "the allowance gives no reason", "write `# cg: allow"),
        ("# CG: Deny CG-E04", "a comment with `cg:` can only allow findings", "write `# cg: allow"),
        ("# cg: allow CG-E4 because x", "CG-E4: no such code", "did you mean CG-E04"),
        ("# cg: allow CG-F12 because x", "CG-F12: cannot be allowed, only mended", "mend what"),
        ("# cg: allow CG-E02, CG-N01 because x", "CG-N01: cannot be allowed", "mend what"),
    ],
)
def test_a_comment_that_is_meant_and_wrong_is_an_error(
    comment: str, message: str, hint: str
) -> None:
    found = allowance_in(comment, HERE, 4)
    assert isinstance(found, Problem)
    assert (found.code, found.where, found.severity) == ("CG-F28", HERE, Severity.ERROR)
    assert found.message.startswith(message)
    assert found.hint.startswith(hint)


def test_what_is_a_matter_of_judgement_can_be_allowed_and_nothing_else() -> None:
    assert all(map(is_allowable, ["CG-N02", "CG-C02", "CG-E02", "CG-R04", "CG-T01", "CG-T02"]))
    refused = ["CG-N01", "CG-C01", "CG-E01", "CG-R03", "CG-F28", "CG-L01", "CG-G01", "CG-S01"]
    assert not any(map(is_allowable, [*refused, "CG-A99", "CG", "A"]))


def test_a_finding_is_suppressed_on_the_line_that_is_allowed_and_nowhere_else() -> None:
    there = [finding("CG-E04"), finding("CG-E02"), finding("CG-E04", line=5)]
    other = finding("CG-E04", file="settings/b.yaml")
    placeless = Problem("CG-E04", "found")
    sifted = sift_findings([*there, other, placeless], [allowing("CG-E04")], {"CG-E04"})
    assert sifted.suppressed == (there[0],)
    assert sifted.kept == (*there[1:], other, placeless)
    assert sifted.unused == ()


def test_an_allowance_counts_for_every_finding_of_its_line() -> None:
    both = (finding("CG-E04"), finding("CG-E04"))
    assert sift_findings(both, [allowing("CG-E04")], {"CG-E04"}) == ((), both, ())


def test_of_an_allowance_each_code_is_used_or_not() -> None:
    sifted = sift_findings([finding("CG-E04")], [allowing("CG-E02", "CG-E04")], {"CG-E02"})
    assert [(it.code, it.message, it.where) for it in sifted.unused] == [
        ("CG-F28", "CG-E02 is allowed here, and is not found on line 4", HERE)
    ]


def test_what_was_not_looked_for_is_not_called_unused() -> None:
    assert sift_findings([], [allowing("CG-E04")], {"CG-E02"}).unused == ()
    assert len(sift_findings([], [allowing("CG-E04")], {"CG-E04"}).unused) == 1
