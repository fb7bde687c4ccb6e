"""The colours of the page can be read by everybody: WCAG 2.1, level AA."""

from __future__ import annotations

import pytest

from cg_sync.report.page.palette import DARK, LIGHT, READABLE, Palette

CASES = [
    pytest.param(palette, text, back, id=f"{name}: {text} on {back}")
    for name, palette in (("light", LIGHT), ("dark", DARK))
    for text, backs in READABLE.items()
    for back in backs
]


def luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        it / 12.92 if it <= 0.03928 else ((it + 0.055) / 1.055) ** 2.4 for it in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(("palette", "text", "back"), CASES)
def test_text_stands_out_from_what_is_behind_it(palette: Palette, text: str, back: str) -> None:
    assert contrast(palette[text], palette[back]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("back", ["page", "card"])
def test_the_edge_of_a_button_can_be_seen(palette: Palette, back: str) -> None:
    assert contrast(palette["edge"], palette[back]) >= 3


def test_both_palettes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
