/** The looks of the status page: one column on a phone, tiles side by side where there is room, dark when the system is. */
export const statusStyle = `
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #1c2330; --soft: #667085; --line: #e3e6eb; --accent: #2f6fed; --good: #17803d; --middle: #b26a00; --bad: #c0362c; }
@media (prefers-color-scheme: dark) { :root { --page: #11151c; --card: #1a202b; --text: #e8ebf0; --soft: #98a2b3; --line: #2b3340; --accent: #6ea0ff; --good: #4cc47a; --middle: #e5a23d; --bad: #f2766b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 16px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin-bottom: 16px; }
h1 { font-size: 20px; margin: 0; }
nav a { margin-left: 12px; color: var(--accent); font-size: 13px; }
h2 { font-size: 13px; font-weight: 600; color: var(--soft); margin: 0 0 6px; }
#state { padding: 2px 10px; border-radius: 99px; border: 1px solid var(--line); font-size: 13px; color: var(--soft); }
[data-state=live] #state { color: var(--good); border-color: currentColor; }
[data-state=gone] #state { color: var(--bad); border-color: currentColor; }
#about { min-height: 1.45em; flex-basis: 100%; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
button { font: inherit; font-size: 13px; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 6px 12px; cursor: pointer; }
#key { margin-left: auto; }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(2, minmax(0, 1fr)); transition: opacity .3s; }
[data-state=gone] .tiles { opacity: .45; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; min-width: 0; }
section.wide, section.half { grid-column: 1 / -1; }
@media (min-width: 720px) { section.half { grid-column: auto; } }
.figure { font-size: 30px; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.2; }
.figure small { font-size: 14px; font-weight: 400; color: var(--soft); }
.slots { display: flex; gap: 4px; margin-top: 10px; flex-wrap: wrap; }
.slots i { flex: 1 1 8px; height: 12px; border-radius: 4px; background: var(--line); }
.slots i.busy { background: var(--accent); }
.bar { height: 12px; margin-top: 10px; border-radius: 4px; background: var(--line); overflow: hidden; }
.bar i { display: block; height: 100%; width: 0; background: var(--accent); }
.bar[data-level=middle] i { background: var(--middle); }
.bar[data-level=high] i { background: var(--bad); }
.chart { position: relative; margin-top: 8px; border: solid var(--line); border-width: 1px 0; background: linear-gradient(var(--line), var(--line)) 0 50% / 100% 1px no-repeat; }
#top { position: absolute; top: 2px; left: 0; }
#top, .axis { color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.axis { display: flex; justify-content: space-between; margin-top: 4px; }
svg { display: block; width: 100%; height: 110px; }
#line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
#area { fill: var(--accent); opacity: .15; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 0 6px 12px; text-align: right; border-top: 1px solid var(--line); font-weight: 400; }
thead th, thead td { border: 0; color: var(--soft); font-size: 13px; padding-top: 0; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
dialog { border: 1px solid var(--line); border-radius: 12px; padding: 20px; width: min(420px, calc(100vw - 32px)); background: var(--card); color: var(--text); }
dialog::backdrop { background: #0008; }
#why { color: var(--bad); margin: 8px 0; }
#why:empty { display: none; }
dialog input { width: 100%; margin: 12px 0; padding: 8px; font: inherit; border: 1px solid var(--line); border-radius: 8px; background: var(--page); color: inherit; }
`;
