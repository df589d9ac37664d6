import type { BenchResults } from '../store/result-types';
import type { Chart } from './charts/chart';
import { renderChart } from './charts/render';
import { escapeHtml } from './escape';
import { ERRORS } from './marks';
import { PAGE_STYLE } from './page-style';
import type { Section, Table } from './section';
import { makeSections } from './sections';

/** Of the drawings, in pixels: a phone gets its own, since a shrunken one can't be read. */
const WIDTHS = { wide: 720, narrow: 350 };

/** One page that stands alone: no script, nothing fetched, figures in tables beside each chart. */
export function formatHtml(results: BenchResults): string {
  const { machine, startedAt, faults } = results;
  const warning = '<p class="warning"><a href="#faults">Runs had errors: this bench proves nothing.</a></p>';
  return formatPage({
    title: `taskfleet, benchmark of ${startedAt.slice(0, 10)}`,
    heading: 'taskfleet: benchmark',
    subject: `${machine.cores} cores, ${machine.cpu}, ${startedAt.slice(0, 10)}`,
    warning: faults.length > 0 ? warning : '',
    sections: makeSections(results),
  });
}

interface Page {
  title: string;
  heading?: string;
  subject: string;
  /** HTML. */
  warning?: string;
  sections: Section[];
}

/** One page that stands alone, whatever its sections are about. */
export function formatPage({ title, heading = title, subject, warning = '', sections }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(heading)}</h1>
<p>${escapeHtml(subject)}</p>
${warning}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('')}</ul></nav>
</header>
<main>
${sections.map(formatSection).join('\n')}
</main>
</body>
</html>
`;
}

const paragraph = (className: string) => (text: string) =>
  `<p${className && ` class="${className}"`}>${escapeHtml(text)}</p>`;

const formatSection = ({ id, title, text, charts, tables, notes }: Section): string =>
  `<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${escapeHtml(title)}</h2>
${[
  ...text.map(paragraph('')),
  ...charts.map((chart, index) => formatChart(chart, `${id}-chart-${index + 1}`)),
  ...tables.map((table) => formatTable(table, title)),
  ...notes.map(paragraph('note')),
].join('\n')}
</section>`;

function formatChart(chart: Chart, id: string): string {
  const drawings = Object.entries(WIDTHS).map(
    ([name, width]) => `<div class="${name}">${renderChart(chart, `${id}-${name}`, width)}</div>`,
  );
  const legend = chart.legend.map(
    ({ name, colour }) =>
      `<li><span class="swatch" style="background: ${colour}"></span>${escapeHtml(name)}</li>`,
  );
  return `<figure>
<figcaption>${escapeHtml(chart.title)}</figcaption>
${legend.length > 0 ? `<ul class="legend">${legend.join('')}</ul>` : ''}
${drawings.join('\n')}
</figure>`;
}

function formatTable({ head, rows }: Table, title: string): string {
  const cells = (texts: string[]) =>
    texts.map((text, column) =>
      column === 0
        ? `<th scope="row">${escapeHtml(text)}</th>`
        : `<td${stateOf(text)}>${escapeHtml(text)}</td>`,
    );
  const body = rows.map((row) => {
    const className = row[0]?.endsWith(ERRORS) ? ' class="marked"' : '';
    return `<tr${className}>${cells(row).join('')}</tr>`;
  });
  const names = head.map((text) => (text ? `<th scope="col">${escapeHtml(text)}</th>` : '<td></td>'));
  const headRow = head.length > 0 ? `<thead><tr>${names.join('')}</tr></thead>` : '';
  const className = head.length > 0 ? 'figures' : 'facts';
  return `<div class="table" role="region" tabindex="0" aria-label="${escapeHtml(title)}, figures">
<table class="${className}">${headRow}<tbody>${body.join('\n')}</tbody></table>
</div>`;
}

/** Aims that are reached or not are told by colour as well as by word. */
function stateOf(text: string): string {
  if (text === 'reached') return ' class="good"';
  return text === 'not reached' ? ' class="bad"' : '';
}
