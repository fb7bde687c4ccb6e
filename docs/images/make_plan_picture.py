"""Turns the coloured output of a command into docs/images/plan.svg, which fetches nothing.

FORCE_COLOR=1 cg-sync plan --env sandbox 2>/dev/null | python docs/images/make_plan_picture.py
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDTH = 108
PROMPT = "$ cg-sync plan"
DARK = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        (72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65),
        (121, 192, 255), (210, 168, 255), (86, 212, 221), (177, 186, 196),
    ],
)  # fmt: skip


def picture_of(output: str) -> str:
    """The output of one command as it looks in a terminal, as SVG without any web address to fetch
    from.
    """
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(PROMPT, style="bold"))
    console.print(Text.from_ansi(output.rstrip()))
    svg = console.export_svg(title="cg-sync plan", theme=DARK, unique_id="plan")
    svg = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":
    target = Path(__file__).parent / "plan.svg"
    target.write_text(picture_of(sys.stdin.read()), encoding="utf-8")
