/** The page's style sheet: system fonts, both color schemes, one column on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fbfbfa; --panel: #fff; --line: #e3e2de; --text: #22211f; --soft: #6a6861;
  --accent: #5b4b9a; --good: #1f7a4d; --bad: #b3372f; --mark: #f2eefc; }
@media (prefers-color-scheme: dark) { :root { --bg: #161618; --panel: #1e1e21; --line: #333338; --text: #e8e6e1;
  --soft: #a09d96; --accent: #b7a8f0; --good: #6fcf9b; --bad: #f0897f; --mark: #2c2740; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main, header { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.5rem; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; margin: 2.25rem 0 0.75rem; }
h2 .soft { font-weight: 400; font-size: 0.9em; margin-left: 0.35em; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0.25rem 0; }
a { color: var(--accent); }
code, pre, .mono { font: 0.85em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.good { color: var(--good); }
.bad { color: var(--bad); }
.figures { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; padding: 0; margin: 1.25rem 0 0; list-style: none; }
.figures b { display: block; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.panel > dl:first-child, .panel > .scroll:first-child { margin-top: 0; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.15rem; margin: 0 0 0.75rem; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1rem; align-items: baseline; }
.scroll { overflow-x: auto; margin: 0.5rem 0 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.92em; }
th { text-align: left; font-weight: 500; color: var(--soft); }
th, td { padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tr:last-child td { border-bottom: 0; }
td.rest { width: 99%; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td code { overflow-wrap: normal; white-space: nowrap; }
td.whole { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0.5rem 0 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
details { margin-top: 0.6rem; }
summary { cursor: pointer; }
.stacks { display: grid; grid-template-columns: 1fr; gap: 0.75rem; }
.stacks h3 { margin-bottom: 0.5rem; font-weight: 500; color: var(--soft); }
.stacks .panel { margin: 0; min-width: 0; }
pre { margin: 0; overflow-x: auto; }
.frames { list-style: none; margin: 0; padding: 0; }
.frames > li { padding: 0.35rem 0; border-bottom: 1px solid var(--line); }
.frames > li:last-child { border: 0; }
.frames details { margin: 0; }
.source { display: block; margin: 0.4rem 0 0.2rem; border-left: 2px solid var(--line); }
.source span { display: block; padding: 0 0.75rem; white-space: pre; }
.source .hit { background: var(--mark); font-weight: 600; }
.source i { display: inline-block; min-width: 2.5em; margin-right: 1em; text-align: right; font-style: normal; color: var(--soft); font-weight: 400; }
footer { max-width: 64rem; margin: 2rem auto; padding: 0 1.25rem; }
@media (max-width: 36rem) { body { font-size: 14px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.4rem; } .panel { padding: 0.85rem; } }
`;
