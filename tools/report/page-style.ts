import { FONT } from './chart';
import { colourStyle } from './colours';

/** Style of the page: light, dark, narrow and on paper. */
export const PAGE_STYLE = `
${colourStyle(':root')}
body { margin: 0 auto; max-width: 46rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 ${FONT}; }
h1 { font-size: 1.7rem; margin: 1rem 0 0; }
h2 { font-size: 1.3rem; margin: 3rem 0 0.5rem; border-bottom: 1px solid var(--line); }
a { color: var(--many); }
header p, .note { color: var(--soft); }
.note { font-size: 0.875rem; margin: 0.5rem 0; }
nav ul, .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; font-size: 0.875rem; }
.warning a, .bad { color: var(--bad); font-weight: 600; }
.good { color: var(--good); }
.marked th { color: var(--bad); }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; }
.legend { margin: 0.25rem 0 0.5rem; color: var(--soft); }
.swatch { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; border-radius: 2px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
svg { display: block; max-width: 100%; height: auto; }
.narrow { display: none; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
table.figures { min-width: 100%; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
th:first-child, .facts td { text-align: left; font-weight: 400; }
thead th:first-child { font-weight: 600; }
.figures td { white-space: nowrap; }
.figures th:first-child { min-width: 6rem; }
#all-figures th:first-child { min-width: 11rem; }
@media screen and (max-width: 33rem) {
  .wide { display: none; }
  .narrow { display: block; }
  th, td { padding: 0.3rem 0.35rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  figure, tr { break-inside: avoid; }
  .table { overflow: visible; }
  .figures td { white-space: normal; }
  #all-figures table { font-size: 7.5pt; }
  #all-figures th:first-child { min-width: 0; }
}
`;
