"""Problems of every sort, for the formats of findings."""

from __future__ import annotations

from cg_sync.errors import Position, Problem, Severity

FOUND = (
    Problem("CG-F17", "there is no cg-sync.yaml in this folder", None, "run `cg-sync init`"),
    Problem(
        "CG-F05",
        "prioritty: no such field",
        Position("settings/öğrenci indirimi #1.yaml", 3, 5),
        "did you mean priority?",
    ),
    Problem(
        "CG-F06",
        'members.customers[1]: 100% of <groups> & "others", ]]>, {0}, [a](b)',
        Position("groups/vip.yaml", 12, 7),
    ),
    Problem(
        "CG-L12",
        "priority: 25 in the shop, 20 here; apply would put it back",
        Position("settings/student-discount.yaml", 4, 11),
        "to keep what the shop holds: cg-sync import --update",
        Severity.WARNING,
    ),
    Problem(
        "CG-A05",
        "staff loses some of its customers to vip",
        Position("settings/staff.yaml", 3, 11),
        severity=Severity.INFO,
    ),
)


def an_error(number: int, severity: Severity = Severity.ERROR) -> Problem:
    where = Position(f"groups/{number:05}.yaml", number + 1, 2)
    return Problem("CG-F06", f"number {number}", where, severity=severity)
