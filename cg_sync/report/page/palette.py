"""The colours of the page, by day and by night: green, yellow and red mean what they mean in a
terminal.
"""

from __future__ import annotations

from collections.abc import Mapping

Palette = Mapping[str, str]
"""The use of a colour → the colour."""

LIGHT: Palette = {
    "page": "#f7f7f4",
    "card": "#ffffff",
    "sunk": "#f1f1ed",
    "line": "#deded8",
    "ink": "#1d2126",
    "quiet": "#5a6169",
    "link": "#1f5fa8",
    "edge": "#868b91",
    "plus": "#116b2f",
    "plus-back": "#e3f4e6",
    "tilde": "#7d5200",
    "tilde-back": "#fbf0d3",
    "minus": "#b01c2e",
    "minus-back": "#fde9e8",
}

DARK: Palette = {
    "page": "#111315",
    "card": "#191c1f",
    "sunk": "#212529",
    "line": "#30353b",
    "ink": "#e4e6e8",
    "quiet": "#a0a7ae",
    "link": "#7cb7ff",
    "edge": "#7a828a",
    "plus": "#5fd07a",
    "plus-back": "#14291b",
    "tilde": "#e2b548",
    "tilde-back": "#2c2411",
    "minus": "#ff8a82",
    "minus-back": "#34191b",
}

READABLE: Mapping[str, tuple[str, ...]] = {
    "ink": ("page", "card", "sunk", "plus-back", "minus-back", "tilde-back"),
    "quiet": ("page", "card", "sunk"),
    "link": ("page", "card", "sunk"),
    "plus": ("page", "card", "sunk", "plus-back"),
    "tilde": ("page", "card", "sunk", "tilde-back"),
    "minus": ("page", "card", "sunk", "minus-back"),
}
"""Colours of text → the backgrounds on which it stands."""


def variables(palette: Palette) -> str:
    """The palette as custom properties of CSS."""
    return " ".join(f"--{use}: {colour};" for use, colour in palette.items())
