/** The page's style, for light and dark mode, narrow screens and print. Dark mode inverts the charts and restores their hues. */
export const PAGE_STYLE = `
:root { --ground: #fbfbfa; --panel: #ffffff; --ink: #1c1d1f; --quiet: #5c6066; --line: #dddcd8; --accent: #0072b2; --best: #e8f3fa; --figure: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --panel: #1e2125; --ink: #e7e7e4; --quiet: #a3a8af; --line: #383c42; --accent: #62b8ec; --best: #17303f; --figure: #1f1f1f; }
  figure svg { filter: invert(.88) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 3rem; max-width: 68rem; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .8rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .9rem; overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1.1rem 0 .4rem; overflow-wrap: anywhere; }
h3 small { color: var(--quiet); font-weight: normal; }
section { margin-top: 2.6rem; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
.answer { font-size: 1.15rem; }
.caveat { border-left: 3px solid #e69f00; padding-left: .7rem; }
.setup, .note, footer { color: var(--quiet); font-size: .88rem; }
.setup { margin-top: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; background: var(--panel); }
th, td { padding: .5rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
thead th { white-space: normal; vertical-align: bottom; font-size: .82rem; color: var(--quiet); font-weight: 600; border-bottom-width: 2px; }
th[scope=row] { white-space: normal; overflow-wrap: break-word; min-width: 8rem; max-width: 14rem; }
.number { text-align: right; }
.best { background: var(--best); }
figure { margin: 0 0 1rem; padding: .4rem; background: var(--figure); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
section > figure svg { width: 54rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
.pair figure { margin: 0; }
.samples { display: block; margin: 0 auto; max-width: 100%; height: auto; image-rendering: pixelated; }
pre { margin: 0; padding: .8rem 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto;
  font: .86rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
dl { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; margin: .6rem 0 0; font-size: .9rem; }
dl div { display: flex; gap: .45rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--accent); margin-bottom: .6rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem; }
@media (max-width: 40rem) {
  body { padding-top: 1.4rem; }
  h1 { font-size: 1.5rem; }
  section > figure svg { max-width: none; width: 36rem; }
}
@media print {
  :root { --ground: #fff; --panel: #fff; --ink: #000; --quiet: #444; --line: #ccc; --best: #f2f2f2; --figure: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; }
  figure, pre, tr { break-inside: avoid; }
  figure svg { filter: none; }
  section > figure svg { width: 100%; max-height: 11cm; }
  .scroll, pre, figure { overflow: visible; }
  table { font-size: 8pt; }
  th, td, thead th { padding: .3rem .35rem; white-space: normal; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  section { margin-top: 1.4rem; }
  h2, h3 { break-after: avoid; }
}
`;
