"""What refers to a resource that a plan deletes."""

from __future__ import annotations

from collections.abc import Iterable

from cg_sync.core.diff import Change, Delete
from cg_sync.core.state import Live, Wanted
from cg_sync.core.still_used import check_still_used
from cg_sync.errors import Position, Problem, Severity
from cg_sync.kinds import KINDS
from cg_sync.rules.ir import Leaf, Rule
from cg_sync.rules.tests import InGroups
from tests.builders import a_group, a_setting, a_tombstone, having, wanting

OLD = a_group("Old")
NOBODY = having()


def asking(group: str, slug: str = "spring") -> Wanted:
    return a_setting(slug, rule=Rule(Leaf("groups", "@static_groups", InGroups((group,)))))


def deletion(it: Wanted) -> Delete:
    return Delete(it.address, 7, it.spec, (), Position("groups/old.yaml", 2, 1))


def found(changes: Iterable[Change], *wanted: Wanted, live: Live = NOBODY) -> list[Problem]:
    desired = wanting(*wanted, a_tombstone(OLD))
    return list(check_still_used(changes, desired, live, KINDS))


def test_a_file_that_asks_about_a_group_that_goes_is_an_error() -> None:
    (problem,) = found([deletion(OLD)], asking("Old"))
    assert problem.severity is Severity.ERROR
    assert problem.message == "rule: the group Old is deleted"
    assert problem.where is not None
    assert problem.where.file == "settings/spring.yaml"


def test_a_record_without_a_file_that_does_is_a_warning_at_the_deletion() -> None:
    (problem,) = found([deletion(OLD)], live=having(OLD, asking("Old", "panel")))
    assert problem.severity is Severity.WARNING
    assert problem.message == (
        "the group Old is deleted, and the setting panel, which no file describes, refers to it"
    )
    assert problem.where == Position("groups/old.yaml", 2, 1)


def test_what_asks_about_another_group_or_goes_as_well_is_none() -> None:
    setting = asking("Old")
    assert found([deletion(OLD)], asking("Other")) == []
    assert found([deletion(OLD), deletion(setting)], live=having(OLD, setting)) == []


def test_what_its_file_does_not_say_any_more_is_none() -> None:
    assert found([deletion(OLD)], asking("Other"), live=having(OLD, asking("Old"))) == []


def test_where_nothing_goes_nothing_is_asked() -> None:
    assert found([], asking("Old"), live=having(OLD, asking("Old", "panel"))) == []
