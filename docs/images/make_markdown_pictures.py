"""Makes docs/images/markdown-*.png: reports as they look on a pull request.

python docs/images/make_markdown_pictures.py [OUTPUT_FOLDER]

It needs Chromium and the dev extra. The page is ours: it looks about as GitHub does, and fetches
nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

LIGHT = {
    "text": "#1f2328", "quiet": "#59636e", "page": "#ffffff", "line": "#d1d9e0",
    "code": "#818b981f", "block": "#f6f8fa", "link": "#0969da",
    "plus": "#dafbe1", "minus": "#ffebe9", "caution": "#d1242f", "important": "#8250df",
}  # fmt: skip
DARK = {
    "text": "#f0f6fc", "quiet": "#9198a1", "page": "#0d1117", "line": "#3d444d",
    "code": "#656c7633", "block": "#151b23", "link": "#4493f8",
    "plus": "#033a16", "minus": "#67060c", "caution": "#da3633", "important": "#8957e5",
}  # fmt: skip
STYLE = """
body { margin: 16px; background: var(--page); color: var(--text);
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 860px; margin: auto; border: 1px solid var(--line); border-radius: 6px;
  padding: 16px; overflow-wrap: break-word; }
p, blockquote, ul, ol, table, pre, details, .alert { margin: 0 0 16px; }
main > :last-child { margin-bottom: 0; }
h3 { font-size: 17.5px; line-height: 1.25; margin: 0 0 16px; }
h4 { font-size: 14px; line-height: 1.25; margin: 24px 0 16px; }
ul, ol { padding-left: 2em; } ul ul { margin: 0; } li + li { margin-top: .25em; }
code { font: 85%/1 ui-monospace, "Liberation Mono", "DejaVu Sans Mono", monospace;
  background: var(--code); border-radius: 6px; padding: .2em .4em; white-space: break-spaces; }
pre { background: var(--block); border-radius: 6px; padding: 16px; overflow: auto;
  line-height: 1.45; }
pre code { background: none; padding: 0; line-height: inherit; white-space: pre; }
pre .plus { background: var(--plus); display: block; }
pre .minus { background: var(--minus); display: block; }
table { border-collapse: collapse; display: block; width: max-content; max-width: 100%;
  overflow: auto; }
th, td { border: 1px solid var(--line); padding: 6px 13px; } th { font-weight: 600; }
a { color: var(--link); } summary { cursor: default; }
blockquote { color: var(--quiet); border-left: .25em solid var(--line); padding: 0 1em; }
.alert { border-left: .25em solid; padding: 8px 16px; }
.alert > :last-child { margin-bottom: 0; }
.alert b.kind { display: block; }
.CAUTION { border-color: var(--caution); } .CAUTION b.kind { color: var(--caution); }
.IMPORTANT { border-color: var(--important); } .IMPORTANT b.kind { color: var(--important); }
"""


@dataclass(frozen=True)
class Shot:
    """One picture: of which plan, in which colours, how large."""

    name: str
    plan: str
    colours: dict[str, str]
    width: int
    height: int


SHOTS = (
    Shot("markdown-pull-request", "pull_request", LIGHT, 900, 1500),
    Shot("markdown-large", "large", DARK, 900, 900),
    Shot("markdown-phone", "pull_request", DARK, 500, 1200),
)


def page_of(markdown: str, colours: dict[str, str]) -> str:
    """The report as a page of its own."""
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)
    html = re.sub(
        r"<blockquote>\s*<p>\[!(CAUTION|IMPORTANT)\]\n?(.*?)</blockquote>",
        lambda it: (
            f'<div class="alert {it[1]}"><b class="kind">{it[1].title()}</b><p>{it[2]}</div>'
        ),
        html,
        flags=re.DOTALL,
    )
    html = re.sub(r'<code class="language-diff">(.*?)</code>', _coloured, html, flags=re.DOTALL)
    variables = "".join(f"--{name}: {value};" for name, value in colours.items())
    return (
        f'<!doctype html><meta charset="utf-8"><style>:root {{{variables}}}{STYLE}</style>'
        f"<main>{html}</main>"
    )


def _coloured(found: re.Match[str]) -> str:
    words = {"+": "plus", "-": "minus"}
    lines = (
        f'<span class="{words[it[0]]}">{it}</span>' if it[:1] in words else f"{it}\n"
        for it in found[1].splitlines()
    )
    return f"<code>{''.join(lines)}</code>"


def take(page: str, target: Path, width: int, height: int) -> None:
    """A picture of the top of the page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("no chromium here")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", f"--user-data-dir={folder}/profile",
            f"--window-size={width},{height}", f"--screenshot={target}", source.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    from cg_sync.report.markdown.document import plan_markdown
    from tests.unit.report.builders import LABELS
    from tests.unit.report.markdown_plans import MARKDOWN_PLANS

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for shot in SHOTS:
        text = plan_markdown(MARKDOWN_PLANS[shot.plan](), LABELS)
        page = page_of(text, shot.colours)
        take(page, folder.resolve() / f"{shot.name}.png", shot.width, shot.height)


if __name__ == "__main__":
    main()
