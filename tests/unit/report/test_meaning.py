"""Rules and changes in English as lines of a plan: toned, wrapped, harmless and discreet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.report.line import Tone, plain
from cg_sync.report.meaning import WIDTH, english_lines, meaning_lines
from cg_sync.report.values import MOST_LINES
from cg_sync.rules.english.edits import Meaning
from cg_sync.rules.english.meaning import meaning_of_change
from cg_sync.rules.english.sentence import in_english
from cg_sync.rules.ir import Leaf, Rule
from cg_sync.rules.tests import Matches, OneOf
from tests.unit.report.conftest import Golden
from tests.unit.rules.english.builders import BIRTHDAY, DEEP, EXAMPLES, NAMES, a_rule
from tests.unit.rules.english.test_meaning import CHANGES


def test_rules_are_wrapped_as_on_record(golden: Golden) -> None:
    texts = [
        plain(english_lines(in_english(a_rule(it), NAMES), "    ")) for it in EXAMPLES.values()
    ]
    golden("english-report-rules.txt", "\n".join(texts))


def test_changes_are_wrapped_as_on_record(golden: Golden) -> None:
    texts = []
    for before, piece, instead in CHANGES.values():
        old, new = a_rule(before), a_rule(before.replace(piece, instead))
        texts.append(plain(meaning_lines(meaning_of_change(old, new, NAMES), "      ")))
    golden("english-report-changes.txt", "\n".join(texts))


def test_every_mark_has_its_tone() -> None:
    tones = {
        "+": Tone.ADDED,
        "−": Tone.REMOVED,
        "~": Tone.CHANGED,
        "=": Tone.QUIET,
        "!": Tone.WARNING,
    }
    lines = meaning_lines((Meaning("+", "a"), Meaning("−", "b"), Meaning("~", "c")), "  ")
    assert [[(it.text, it.tone) for it in line] for line in lines] == [
        [("  + a", tones["+"])],
        [("  − b", tones["−"])],
        [("  ~ c", tones["~"])],
    ]
    lines = meaning_lines((Meaning("=", "a"), Meaning("!", "b")))
    assert [line[0].tone for line in lines] == [tones["="], tones["!"]]


def test_a_wrapped_line_goes_on_below_its_text() -> None:
    words = " ".join(["word"] * 30)
    first, second = meaning_lines([Meaning("+", words)], "  ")
    assert first[0].text.startswith("  + word")
    assert second[0].text.startswith("    word")
    assert second[0].tone is Tone.ADDED
    first, second = english_lines([f"    - {words}"], "  ")
    assert first[0].text.startswith("      - word")
    assert second[0].text.startswith("        word")


@given(st.lists(st.text(st.sampled_from("ab -,@."), min_size=1), max_size=5))
def test_no_line_is_too_wide_and_no_word_is_lost(texts: list[str]) -> None:
    meanings = [Meaning("~", f"x {text}") for text in texts]
    shown = plain(meaning_lines(meanings, "  "))
    assert all(len(line) <= WIDTH for line in shown.splitlines())


def test_words_with_hyphens_stay_whole() -> None:
    shown = plain(english_lines([f"{'x' * 80} mezun-lar.boun.edu.tr"]))
    assert shown.splitlines()[1] == "mezun-lar.boun.edu.tr"


def test_what_others_wrote_cannot_act_on_a_terminal() -> None:
    value = "\x1b[31m\u202eTR\nDE"
    rule = Rule(Leaf("city", "city", OneOf((value,))))
    old = Rule(Leaf("city", "city", OneOf(("TR",))))
    for shown in (
        plain(english_lines(in_english(rule, NAMES))),
        plain(meaning_lines(meaning_of_change(old, rule, NAMES))),
    ):
        assert shown.count("\n") == 1
        assert shown.rstrip("\n").isprintable()
        assert "TR" in shown


SECRET = "marker.person"


def test_nobody_is_named() -> None:
    """Also where an address is cut, or would be wrapped."""
    for value in (
        f"{SECRET}@customer.example",
        *(f"{'x ' * spaces}{SECRET}@customer.example" for spaces in range(25, 42)),
        f"{'x' * 70}{SECRET}@customer.example",
        f"({SECRET}@customer.example)",
    ):
        for test in (OneOf((value, "TR")), Matches(value)):
            rule = Rule(Leaf("city", "city", test))
            shown = plain(english_lines(in_english(rule, NAMES)))
            shown += plain(meaning_lines(meaning_of_change(a_rule(BIRTHDAY), rule, NAMES)))
            assert SECRET not in shown
            assert "person" not in shown


def test_what_is_very_long_is_cut() -> None:
    shown = list(meaning_lines([Meaning("+", f"line {number}") for number in range(MOST_LINES)]))
    assert len(shown) == MOST_LINES
    shown = list(meaning_lines([Meaning("+", f"line {number}") for number in range(60)]))
    assert len(shown) == MOST_LINES
    assert plain(shown).endswith("… and 21 more lines\n")
    outline = [*in_english(a_rule(DEEP), NAMES)] * 4
    assert plain(english_lines(outline)).endswith(" more lines\n")
    assert plain(english_lines(["x" * 10_000])).endswith("xx…\n")
