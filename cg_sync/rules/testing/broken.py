"""What can be told of a rule test file that does not obey its schema: what is wrong in the parts
that do, and every address that may be somebody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.problem import RuleProblem
from cg_sync.rules.testing.cases import read_suite
from cg_sync.rules.testing.checks import Subject
from cg_sync.rules.testing.customers import check_text

_FIELDS = ("version", "now", "customers", "tests")
_TOLD = ("name", "expect")
"""Fields of a test that hold no values of a customer."""


def check_broken(
    content: JsonValue, subject: Subject, obeys: Callable[[JsonObject], bool]
) -> tuple[RuleProblem, ...]:
    """What is wrong with the customers and tests that obey the schema, and the addresses that may
    be somebody's in all else.

    `obeys` says whether the content of a whole file does. A customer that does not has no values.
    """
    if not isinstance(content, Mapping):
        return ()
    written, tests = content.get("customers"), content.get("tests")
    customers = written if isinstance(written, Mapping) else {}
    entries = list(tests) if isinstance(tests, list | tuple) else []
    named = {it: obeys({"version": 1, "customers": {it: customers[it]}}) for it in customers}
    whole = [at for at, it in enumerate(entries) if obeys({"version": 1, "tests": [it]})]
    read: dict[str, JsonValue] = {
        "now": content.get("now"),
        "customers": {it: customers[it] if named[it] else {} for it in customers},
        "tests": [entries[at] for at in whole],
    }
    _, problems = read_suite(read, subject)
    left: dict[Pointer, JsonValue] = {
        **{("customers", it): customers[it] for it in customers if not named[it]},
        **{("tests", at): it for at, it in enumerate(entries) if at not in set(whole)},
        **{(it,): content[it] for it in content if it not in _FIELDS},
    }
    if not isinstance(written, Mapping):
        left["customers",] = written
    if not isinstance(tests, list | tuple):
        left["tests",] = tests
    # Where a field may be `now:` misspelt, nobody can say that there is none.
    unclear = {it for it in content if it not in _FIELDS or it == "now"}
    timed = isinstance(content.get("now"), str) or not unclear
    told = (_placed(it, whole) for it in problems if timed or it.code != "CG-F27")
    strays = (it for here, value in left.items() for it in _strays(value, here))
    return (*told, *strays)


def _placed(problem: RuleProblem, whole: list[int]) -> RuleProblem:
    """At the place of its test among all tests of the file."""
    match problem.pointer:
        case ("tests", int(at), *inside):
            return replace(problem, pointer=("tests", whole[at], *inside))
        case _:
            return problem


def _strays(value: JsonValue, here: Pointer) -> Iterator[RuleProblem]:
    """The addresses that may be somebody's, wherever customers' values may be meant."""
    if isinstance(value, str):
        yield from check_text(str(here[-1]), value, here)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if not (here[0] == "tests" and len(here) == 2 and name in _TOLD):
                yield from _strays(item, (*here, name))
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _strays(item, (*here, at))
