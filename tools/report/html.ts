import type { Chart } from './chart';
import { PAGE_STYLE } from './page-style';
import { escapeHtml, renderChart } from './render';
import { ERROR_MARK, type Section, type Table } from './section';

interface Page {
  title: string;
  heading?: string;
  subject: string;
  /** Stands first; links to the section `faults`. */
  warning?: string;
  sections: Section[];
}

/** Widths of the drawings in pixels: a phone gets its own, since a shrunken one cannot be read. */
const WIDTHS = { wide: 720, narrow: 350 };
const STATES: Record<string, string> = { reached: 'good', 'not reached': 'bad' };

const paragraph = (className: string, text: string) =>
  `<p${className && ` class="${className}"`}>${escapeHtml(text)}</p>`;

/** Formats a page that needs no other file: no script, nothing fetched, figures in tables beside each chart. */
export const formatPage = ({ title, heading = title, subject, warning, sections }: Page): string =>
  `<!doctype html>
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
${paragraph('', subject)}
${warning ? `<p class="warning"><a href="#faults">${escapeHtml(warning)}</a></p>` : ''}
</header>
<main>
${sections.slice(0, 1).map(formatSection).join('')}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('')}</ul></nav>
${sections.slice(1).map(formatSection).join('\n')}
</main>
</body>
</html>
`;

const formatSection = ({ id, title, text, charts, tables, notes }: Section): string =>
  `<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${escapeHtml(title)}</h2>
${[
  ...text.map((one) => paragraph('', one)),
  ...charts.map((chart, index) => formatChart(chart, `${id}-chart-${index + 1}`)),
  ...tables.map((table) => formatTable(table, title)),
  ...notes.map((note) => paragraph('note', note)),
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
  const cell = (text: string, column: number) => {
    if (column === 0) return `<th scope="row">${escapeHtml(text)}</th>`;
    const className = STATES[text] ? ` class="${STATES[text]}"` : '';
    return `<td${className}>${escapeHtml(text)}</td>`;
  };
  const body = rows.map((row) => {
    const className = row[0]?.endsWith(ERROR_MARK) ? ' class="marked"' : '';
    return `<tr${className}>${row.map(cell).join('')}</tr>`;
  });
  const names = head.map((text) => (text ? `<th scope="col">${escapeHtml(text)}</th>` : '<td></td>'));
  const headRow = head.length > 0 ? `<thead><tr>${names.join('')}</tr></thead>` : '';
  return `<div class="table" role="region" tabindex="0" aria-label="${escapeHtml(title)}, figures">
<table class="${head.length > 0 ? 'figures' : 'facts'}">${headRow}<tbody>${body.join('\n')}</tbody></table>
</div>`;
}
