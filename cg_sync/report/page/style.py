"""The look of the page: one column to read, a narrow one to find things, and paper."""

from __future__ import annotations

from cg_sync.report.page.palette import DARK, LIGHT, variables

_COLOURS = f"""\
:root {{ color-scheme: light; {variables(LIGHT)} }}
@media screen {{
  :root[data-theme=dark] {{ color-scheme: dark; {variables(DARK)} }}
}}
@media screen and (prefers-color-scheme: dark) {{
  :root:not([data-theme=light]) {{ color-scheme: dark; {variables(DARK)} }}
}}
"""

_TEXT = """\
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 6rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  overflow-wrap: anywhere; }
h1, h2, h3, p, ul, dl, dd, pre { margin: 0; padding: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; }
h2 { font-size: 1.125rem; line-height: 1.3; font-weight: 650; letter-spacing: -.005em; }
h3 { font-size: .8125rem; font-weight: 600; color: var(--quiet); }
small { font-size: .8125rem; }
code, pre, abbr, summary strong, dt, .word { font-family: ui-monospace, "SF Mono", "Cascadia Code",
  Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code, pre { font-size: .8125rem; line-height: 1.55; }
bdi, q, dd, code { unicode-bidi: isolate; }
q { quotes: none; }
a { color: var(--link); text-underline-offset: .2em; }
a:not(:hover) { text-decoration-color: color-mix(in srgb, currentColor 40%, transparent); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.quiet { color: var(--quiet); }
.plus { color: var(--plus); }
.tilde, .warn { color: var(--tilde); }
.minus, .fail { color: var(--minus); }
ins, del { text-decoration: none; }
ins { color: var(--plus); }
del { color: var(--minus); }
"""

_FRAME = """\
.wrap { max-width: 78rem; margin: 0 auto; padding-left: 1.5rem; padding-right: 1.5rem; }
.top { padding: 2rem 0 1.5rem; border-bottom: 1px solid var(--line); background: var(--card); }
.top .wrap { display: grid; gap: .375rem; }
.brand { display: flex; justify-content: space-between; align-items: center; min-height: 2rem;
  color: var(--quiet); font-size: .8125rem; }
h1 small { font-size: 1rem; font-weight: 400; letter-spacing: 0; color: var(--quiet); }
.figures { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; list-style: none;
  margin: .25rem 0 .125rem; }
.figures b { font-size: 1.625rem; line-height: 1.3; font-weight: 600;
  font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.figures b + b { margin-left: .25rem; }
.about { max-width: 60rem; font-size: .875rem; }
main small { color: var(--quiet); font-weight: 400; }
main ul { list-style: none; }
.page { display: grid; gap: 0 2.5rem; padding-top: 1.75rem; padding-bottom: 3rem; }
@media (min-width: 64rem) {
  .page { grid-template-columns: 13rem minmax(0, 1fr); }
  .rail { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem);
    overflow-y: auto; margin: 0 -.25rem; padding: 0 .25rem .25rem; }
}
main { display: grid; gap: 2rem; min-width: 0; align-content: start; }
section > h2 { margin-bottom: .75rem; }
.found > section + section { margin-top: 2rem; }
button { font: inherit; font-size: .8125rem; color: var(--ink); background: var(--card);
  border: 1px solid var(--edge); border-radius: 6px; padding: .25rem .625rem; cursor: pointer; }
button:hover { background: var(--sunk); }
"""

_RAIL = """\
.rail { display: grid; gap: 1rem; align-content: start; font-size: .875rem;
  margin-bottom: 1.25rem; }
.rail ul { list-style: none; display: flex; flex-wrap: wrap; gap: .125rem 1rem; }
.rail a { color: var(--ink); text-decoration: none; display: inline-flex; gap: .5rem;
  padding: .125rem 0; }
.rail a:hover { text-decoration: underline; }
.rail small { color: var(--quiet); white-space: nowrap; font-variant-numeric: tabular-nums; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: flex; flex-wrap: wrap;
  gap: .25rem; }
legend { padding: 0; margin-bottom: .25rem; font-size: .8125rem; font-weight: 600;
  color: var(--quiet); }
fieldset button { display: inline-flex; gap: .5rem; align-items: baseline; }
fieldset button[aria-pressed=true] { background: var(--ink); color: var(--page);
  border-color: var(--ink); }
fieldset button[aria-pressed=true] small { color: inherit; }
#filters summary { font-weight: 600; cursor: pointer; padding: .125rem 0; }
#filters fieldset { margin-top: .75rem; }
@media (min-width: 64rem) {
  .rail ul { flex-direction: column; }
  .rail a { display: flex; justify-content: space-between; }
  fieldset { flex-direction: column; }
  fieldset button { justify-content: space-between; text-align: left; }
}
"""

_NOTICES = """\
.notice { background: var(--card); border: 1px solid var(--line); border-left-width: 4px;
  border-radius: 8px; padding: .875rem 1.125rem; }
.notice.fail { border-left-color: var(--minus); }
.notice.warn { border-left-color: var(--tilde); }
.notice > h2 { margin-bottom: .375rem; }
.notice ul { color: var(--ink); display: grid; gap: .5rem; }
.notice details ul { margin-top: .5rem; }
.notice li b { font-weight: 600; }
.notice li > small { display: block; color: var(--quiet); }
.notice summary { cursor: pointer; color: var(--quiet); margin-top: .5rem; }
code.command { display: block; width: fit-content; margin-top: .25rem; padding: .25rem .5rem;
  background: var(--sunk); border-radius: 6px; user-select: all; }
"""

_TOOLS = """\
#tools { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center;
  gap: .5rem .75rem; padding: .625rem 0; margin-bottom: 1.25rem; background: var(--page);
  border-bottom: 1px solid var(--line); }
#search { flex: 1 1 14rem; min-width: 0; font: inherit; color: var(--ink);
  background: var(--card); border: 1px solid var(--edge); border-radius: 6px;
  padding: .375rem .75rem; }
#search::placeholder { color: var(--quiet); opacity: 1; }
#count { color: var(--quiet); font-size: .8125rem; font-variant-numeric: tabular-nums; }
#none { padding: 2rem 0; color: var(--quiet); }
"""

_CHANGES = """\
.kind + .kind { margin-top: 1rem; }
.kind > h3 { padding: .5rem 0; }
section > h3 { margin: .75rem 0 .25rem; }
.list { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  overflow: clip; }
.many > details { content-visibility: auto; contain-intrinsic-size: auto 2.5rem; }
.list > details + details { border-top: 1px solid var(--line); }
.list summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .625rem;
  padding: .5rem 1rem; cursor: pointer; list-style: none; }
.list summary::-webkit-details-marker { display: none; }
.list summary::after { content: "›"; margin-left: auto; width: .75rem; text-align: center;
  color: var(--quiet); font-size: 1.125rem; line-height: 1; }
.list [open] > summary::after { transform: rotate(90deg); }
.list summary:hover { background: var(--sunk); }
.list summary:focus-visible { outline-offset: -2px; }
.list summary strong { font-size: .875rem; font-weight: 600; }
.list summary i { font-style: normal; color: var(--quiet); font-size: .8125rem; }
abbr { width: 1.25rem; text-align: center; font-weight: 700; text-decoration: none;
  border-radius: 4px; }
.create abbr { color: var(--plus); background: var(--plus-back); }
.update abbr { color: var(--tilde); background: var(--tilde-back); }
.delete abbr { color: var(--minus); background: var(--minus-back); }
.gist { flex: 1 1 12rem; min-width: 0; color: var(--quiet); font-size: .8125rem;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
[open] > summary .gist { visibility: hidden; }
.gist .word { margin-right: .5rem; }
em { font-style: normal; font-size: .75rem; line-height: 1.4; padding: 0 .4375rem;
  border-radius: 99px; border: 1px solid; color: var(--quiet); white-space: nowrap; }
em.yours { border-color: transparent; }
em.drift, em.both, em.warning { color: var(--tilde); }
em.guard { color: var(--minus); }
:target > summary { box-shadow: inset 3px 0 var(--link); }
.list > details > div { padding: 0 1rem 1rem 2.875rem; display: grid; gap: .5rem; }
.place { font-size: .8125rem; color: var(--quiet); }
.place a { margin-left: .5rem; }
dl { display: grid; grid-template-columns: fit-content(12rem) minmax(0, 1fr);
  gap: .375rem 1.25rem; }
dt { font-size: .8125rem; line-height: 1.7; color: var(--quiet); }
dd { display: flow-root; }
dd > :not(ins, del, :first-child) { margin-top: .375rem; }
.word { font-size: .8125rem; font-weight: 700; letter-spacing: .02em; margin-right: .25rem; }
.notes li { padding-left: 1.25rem; text-indent: -1.25rem; }
.notes b { display: inline-block; width: 1rem; text-indent: 0; text-align: center;
  font-family: ui-monospace, monospace; }
.case { font-size: .875rem; color: var(--quiet); }
.english { max-width: 46rem; }
.english ul { padding-left: 1.25rem; list-style: disc; }
pre { padding: .5rem .75rem; background: var(--sunk); border-radius: 6px; white-space: pre-wrap;
  overflow: clip; }
pre.diff { color: var(--quiet); }
pre ins, pre del { display: block; margin: 0 -.75rem; padding: 0 .75rem; color: var(--ink); }
pre ins { background: var(--plus-back); box-shadow: inset 3px 0 var(--plus); }
pre del { background: var(--minus-back); box-shadow: inset 3px 0 var(--minus); }
.names { columns: 14rem; column-gap: 2rem; font-size: .875rem; }
.more > summary { cursor: pointer; color: var(--quiet); font-size: .875rem; padding: .25rem 0; }
section > p + p { margin-top: .25rem; }
"""

_NARROW = """\
@media (max-width: 40rem) {
  .wrap { padding-left: 1rem; padding-right: 1rem; }
  .top { padding: 1rem 0; }
  h1 { font-size: 1.375rem; }
  .figures b { font-size: 1.25rem; }
  .list summary { padding: .625rem .75rem; }
  .list > details > div { padding: 0 .75rem .875rem; }
  #search { flex-basis: 100%; }
  .gist { flex-basis: 100%; white-space: normal; }
  [open] > summary .gist { display: none; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .625rem; }
}
"""

_PAPER = """\
@media print {
  body { background: none; font-size: 10pt; }
  #tools, #filters, nav, #theme, .place a { display: none !important; }
  .page { display: block; }
  .rail { display: none; }
  .top { background: none; padding-top: 0; }
  main > section { margin-bottom: 1.5rem; }
  .list > details { content-visibility: visible !important; break-inside: avoid-page; }
  details::details-content { content-visibility: visible; display: block; }
  * { print-color-adjust: exact; }
}
"""

STYLE = "".join((_COLOURS, _TEXT, _FRAME, _RAIL, _NOTICES, _TOOLS, _CHANGES, _NARROW, _PAPER))
"""The whole stylesheet. It asks for no font, no picture and no other sheet."""
