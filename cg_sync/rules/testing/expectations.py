"""Reads `expect:` of a rule test, with the slug of `of:` where that stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.contest import DEFAULT, Contender, Reason
from cg_sync.rules.ir import RawRule
from cg_sync.rules.outline import Word
from cg_sync.rules.problem import RuleProblem
from cg_sync.rules.testing.checks import Check, Display, Selects, Shows, Stands, Subject, Wins

WORDS = ("matches", "not", "wins", "display")


def read_expected(
    entry: JsonObject, here: Pointer, size: int | None, subject: Subject
) -> tuple[tuple[tuple[Check, ...], ...], tuple[RuleProblem, ...]]:
    """The checks of a test, and all that is wrong with them; `size` is how many values `each` has.

    There is one group of checks for all cases, or one for each of those values.
    """
    reader = _Reader(subject)
    expected = tuple(reader.expected(entry, here, size))
    return expected, tuple(reader.problems)


@dataclass(frozen=True, slots=True)
class _Reader:
    subject: Subject
    problems: list[RuleProblem] = field(default_factory=list)

    def expected(
        self, entry: JsonObject, here: Pointer, size: int | None
    ) -> Iterator[tuple[Check, ...]]:
        expect, place = entry["expect"], (*here, "expect")
        if isinstance(expect, Mapping):
            if "of" in entry:
                hint = "write the slug as a key of `expect:`, or expect true or false"
                message = "of: stands beside true and false only"
                self._report(message, (*here, "of"), hint, of_key=True)
            yield tuple(self._mapping(expect, place))
            return
        if "of" not in entry:
            self._report("of: is missing", place, "say of which setting: `of: SLUG`")
            return
        found = self._setting(cast(str, entry["of"]), (*here, "of"))
        answers = expect if isinstance(expect, list | tuple) else (expect,)
        if answers is expect and len(answers) != size:
            values = "there is no `each`" if size is None else f"`each` has {size}"
            hint = "write one true or false for each value"
            self._report(f"expect: has {len(answers)} answers, and {values}", place, hint)
        for answer in answers if found is not None else ():
            yield (Selects(cast(str, entry["of"]), bool(answer)),)

    def _mapping(self, expect: JsonObject, here: Pointer) -> Iterator[Check]:
        for word, value in expect.items():
            place = (*here, word)
            match word:
                case "matches" | "not":
                    for at, slug in enumerate(cast("Sequence[str]", value)):
                        if self._setting(slug, (*place, at)) is not None:
                            yield Selects(slug, word == "matches")
                case "wins":
                    slug = cast(str, value)
                    if slug == DEFAULT or self._setting(slug, place, (DEFAULT,)) is not None:
                        yield Wins(slug)
                case "display":
                    yield from self._display(cast(JsonObject, value), place)
                case _:
                    yield from self._standing(word, value, place)

    def _display(self, wanted: JsonObject, here: Pointer) -> Iterator[Check]:
        for name, code in wanted.items():
            granted = {it.display.get(name) for it in self.subject.contenders}
            codes = sorted(it for it in granted if it is not None)
            if code is not None and code not in codes:
                hint = did_you_mean(str(code), codes) or "null is the shop's own list"
                self._report(f"{code}: no setting grants this {name}", (*here, name), hint)
            else:
                yield Shows(cast(Display, name), None if code is None else str(code))

    def _standing(self, slug: str, wanted: JsonValue, here: Pointer) -> Iterator[Check]:
        contender = self._setting(slug, here, WORDS, of_key=True)
        if contender is None:
            return
        if not isinstance(wanted, Mapping):
            yield Selects(slug, bool(wanted))
            return
        reason = Reason(cast(str, wanted["result"]))
        at = ""
        if "line" in wanted:
            at = self._line(cast(str, wanted["line"]), reason, contender, (*here, "line"))
        if "to" in wanted:
            at = self._other(cast(str, wanted["to"]), reason, (*here, "to"))
        yield Stands(slug, reason, at)

    def _line(self, line: str, reason: Reason, contender: Contender, here: Pointer) -> str:
        if reason not in (Reason.NO_MATCH, Reason.EXCLUDED):
            hint = "NO_MATCH names a line of `match`, EXCLUDED one of `except`"
            self._report(f"line: {reason} has none", here, hint, of_key=True)
            return ""
        word: Word = "match" if reason is Reason.NO_MATCH else "except"
        part = contender.outline.part(word) if contender.outline is not None else None
        places = [it.place for it in part.parts] if part is not None else []
        if line not in places:
            these = f"{word} has {', '.join(places)}" if places else f"there is no {word} line"
            hint = did_you_mean(line, places) or these
            self._report(f"{line}: {contender.slug} has no such {word} line", here, hint)
        return line

    def _other(self, slug: str, reason: Reason, here: Pointer) -> str:
        if reason is not Reason.LOST_TO:
            hint = "LOST_TO names a setting"
            self._report(f"to: {reason} has none", here, hint, of_key=True)
        self._setting(slug, here)
        return slug

    def _setting(
        self, slug: str, here: Pointer, others: tuple[str, ...] = (), *, of_key: bool = False
    ) -> Contender | None:
        """The setting; None, and reported, when there is none that can be tested."""
        contender = self.subject.by_slug.get(slug)
        if contender is None:
            known = (*self.subject.by_slug, *others)
            other = f", or {DEFAULT} for none" if DEFAULT in others else ""
            hint = did_you_mean(slug, known) or f"name a setting that has a file{other}"
            self._report(f"{slug}: no such setting", here, hint, of_key=of_key)
        elif isinstance(contender.rule, RawRule):
            hint = "write its rule in the rule language, or leave it out of the tests"
            message = f"{slug}: has a raw rule, so no test can tell whom it selects"
            self._report(message, here, hint, of_key=of_key)
            return None
        return contender

    def _report(self, message: str, here: Pointer, hint: str, *, of_key: bool = False) -> None:
        self.problems.append(RuleProblem("CG-F26", message, here, of_key=of_key, hint=hint))
