import { makeSections } from '../../../bench/reports/sections';
import { formatHtml, formatMainChart, formatReport, formatTerminal } from '../../../bench/reports/write';
import type { BenchResults } from '../../../bench/store/result-types';
import { buildResults, seriesOf } from './support/results';

/** Figures that each section must show, in every format. */
const FIGURES: [id: string, ...figures: string[]][] = [
  ['machine', 'Some Processor <at> 2.80GHz, 2 cores', 'v20.20.2', 'abc1234', '3 rounds of 10 s'],
  ['sign-ups', '24.2 (23.7–24.9)', '418', '95 %', '25.6 (25.1–26.4)', '1,480', '702'],
  ['aims', '≥ 1.90 ×', '1.94 ×', 'reached'],
  ['throughput', '2,450 (2,401–2,524)', '4,300 (4,214–4,429)', '1.76 ×'],
  ['raw-limits', '78 %', '5,500 (5,390–5,665)', '42,000 (41,160–43,260)', '33 %'],
  ['latency', '9.10 (8.83–9.29)', '5.01 (4.86–5.11)'],
  ['storm', '6.00 (5.83–6.12)', '1.83 ×', '640 (621–653)', '107 ×'],
  ['cpu', '310', '79,000', '387', '80,700'],
  ['balancing', 'round robin, held-rate', '50 %', '6 %', '28.0 (27.2–28.6)'],
  ['cache', '1,800 (1,764–1,854)', '2.39 ×'],
  ['mixed', '97 %', '0.04'],
  ['reload', '31.0 (30.1–31.6)'],
  ['jobs', '2,300', '7.80 (7.64–8.03)'],
  ['memory', '92', '151', '0.40'],
  [
    'scaling',
    '0.0300',
    '0.00300',
    '18.0',
    '1,770 (1,734–1,823)',
    '89 %',
    'sign-up, bcrypt cost 6',
    '100 %',
    '1.44',
  ],
];

const sectionOf = (html: string, id: string) =>
  new RegExp(`<section id="${id}"[^]*?</section>`)
    .exec(html)?.[0]
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>') ?? '';

const withTrouble = (): BenchResults => {
  const results = buildResults({ faults: ['create, 2 workers: 3 × 503'], skipped: ['memory: no /proc'] });
  seriesOf(results, 'create').runs[0]!.errors = { '503': 3 };
  seriesOf(results, 'list').runs[2]!.cpu!['others on this machine'] = 0.6;
  return results;
};

describe('the page', () => {
  const html = formatHtml(buildResults());

  it.each(FIGURES)('shows the figures of %s', (id, ...figures) => {
    const section = sectionOf(html, id);
    for (const figure of figures) expect(section).toContain(`>${figure}<`);
  });

  it('has every chart for a desk and for a phone, each with a title and with a table beside it', () => {
    for (const { id, charts, tables } of makeSections(buildResults())) {
      const section = sectionOf(html, id);
      expect(section.match(/<svg /g) ?? []).toHaveLength(2 * charts.length);
      expect(section.match(/role="img" aria-labelledby="(\S+)-title"/g) ?? []).toHaveLength(
        2 * charts.length,
      );
      expect(section.match(/<table/g)).toHaveLength(tables.length);
    }
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has no script and fetches nothing', () => {
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|<link|<iframe|<img|<object|@import|url\((?!#)/i);
    expect(
      html
        .match(/https?:\/\/[^"\s]*/g)!
        .filter((url) => url !== 'http://www.w3.org/2000/svg' && url !== 'http://www.w3.org/1999/xlink'),
    ).toEqual([]);
    expect([...html.matchAll(/(?:href|src)="([^"]*)"/g)].filter(([, to]) => !to!.startsWith('#'))).toEqual(
      [],
    );
  });

  it('draws only in colours that follow light, dark and print', () => {
    const drawn = [
      ...html.replace(/<clipPath[^]*?<\/clipPath>/g, '').matchAll(/(?:fill|stroke)="([^"]*)"/g),
    ].map(([, colour]) => colour!);
    expect(drawn.filter((colour) => colour !== 'none' && !colour.startsWith('var(--'))).toEqual([]);
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('escapes the name of the processor', () => {
    const results = buildResults();
    results.machine.cpu = '<script>alert("x")</script>';
    expect(formatHtml(results)).not.toContain('<script');
    expect(formatReport(results)).not.toMatch(/[^\\]<script/);
  });

  it('marks rows with errors and disturbed rows, and names what errors affect', () => {
    const troubled = formatHtml(withTrouble());
    expect(troubled).toContain('<a href="#faults">Errors occurred; do not rely on: create, 2 workers.');
    expect(sectionOf(troubled, 'throughput')).toContain('<tr class="marked"><th scope="row">create ⚠</th>');
    expect(sectionOf(troubled, 'throughput')).toContain('list of 20 ~');
    expect(sectionOf(troubled, 'faults')).toMatch(
      /create, 2 workers: 3 × 503[^]*list of 20, 2 workers: up to 0\.61 cores[^]*no \/proc/,
    );
    expect(html).not.toContain('⚠');
    expect(html).not.toContain('id="faults"');
  });
});

describe('sections', () => {
  it('are left out if nothing was measured', () => {
    const ids = (results: BenchResults) => makeSections(results).map(({ id }) => id);
    expect(ids(buildResults({ raw: [], series: [], curves: [] }))).toEqual(['aims', 'machine']);
    const { series } = buildResults();
    const signUps = series.filter(({ scenario }) => scenario === 'sign-up');
    expect(ids(buildResults({ raw: [], series: signUps, curves: [] }))).toEqual([
      'throughput',
      'sign-ups',
      'aims',
      'latency',
      'cpu',
      'all-figures',
      'machine',
    ]);
  });

  it('show one worker alone, a curve without a fit, and a system without CPU times', () => {
    const { series, curves } = buildResults();
    const ones = series.filter(({ setup }) => setup.workers === 1);
    for (const run of ones.flatMap(({ runs }) => runs)) {
      delete run.cpu;
      delete run.cpuMicrosPerRequest;
    }
    const results = buildResults({
      series: ones,
      curves: curves.map((curve) => ({ ...curve, points: curve.points.slice(0, 2), fit: undefined })),
    });
    const ids = makeSections(results).map(({ id }) => id);
    expect(ids).not.toContain('cpu');
    expect(ids).toContain('scaling');
    expect(formatHtml(results)).not.toMatch(/NaN|undefined|Infinity/);
    expect(formatTerminal(results)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('the terminal', () => {
  it('shows the figures of each section', () => {
    const text = formatTerminal(buildResults()).replaceAll('\\', '');
    for (const [, ...figures] of FIGURES) for (const figure of figures) expect(text).toContain(figure);
  });

  it('ends with the figures that errors affect, if there are any', () => {
    expect(formatTerminal(withTrouble())).toMatch(/do not rely on: create, 2 workers\. .*\n$/);
    expect(formatTerminal(buildResults())).not.toContain('do not rely on');
  });
});

describe('Markdown', () => {
  const text = formatReport(withTrouble());

  it('has a heading for each section, and tables with as many cells in each row', () => {
    for (const { title } of makeSections(withTrouble())) expect(text).toContain(`\n## ${title}\n`);
    for (const table of text.match(/(?:^\|.*\n)+/gm)!) {
      const widths = table
        .trim()
        .split('\n')
        .map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(widths).size).toBe(1);
    }
  });
});

describe('the main chart', () => {
  const svg = formatMainChart(buildResults());

  it('stands alone and follows light and dark', () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toMatch(/<script|href=|@import/);
  });

  it('shows one worker against two in every main scenario', () => {
    for (const text of [
      'sign-up',
      'cached read',
      '12.5/s',
      '24.2/s',
      '2,450/s',
      '4,300/s',
      'one worker',
      '2 workers',
    ]) {
      expect(svg).toContain(`>${text}<`);
    }
  });

  it('is drawn the same each time', () => {
    expect(formatMainChart(buildResults())).toBe(svg);
  });
});
