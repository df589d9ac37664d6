import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { styleText } from 'node:util';
import { FONT } from '../../tools/report/chart';
import { colourStyle, INK, PAPER } from '../../tools/report/colours';
import { formatPage } from '../../tools/report/html';
import { formatMarkdown } from '../../tools/report/markdown';
import { renderOption } from '../../tools/report/render';
import { KEPT_FOLDER, OWN_FOLDER } from '../store/folders';
import { SCENARIO_NAMES, type BenchResults } from '../store/result-types';
import { formatWarning } from './faults';
import { makeSections } from './sections';
import { throughputChart } from './sections/pairs';
import { clusterSize } from './select';

const SVG_WIDTH = 760;
const SVG_HEAD = 62;

export const formatHtml = (results: BenchResults): string =>
  formatPage({
    title: `taskfleet, benchmark of ${results.startedAt.slice(0, 10)}`,
    heading: 'taskfleet: benchmark',
    subject: `${results.machine.cores} cores, ${results.machine.cpu}, ${results.startedAt.slice(0, 10)}`,
    warning: formatWarning(results),
    sections: makeSections(results),
  });

export const formatReport = (results: BenchResults): string =>
  formatMarkdown({ title: 'Benchmark', warning: formatWarning(results), sections: makeSections(results) });

/** Formats the tables of the Markdown, with the warning last, since a terminal shows the end. */
export function formatTerminal(results: BenchResults): string {
  const sections = makeSections(results).filter(({ id }) => id !== 'all-figures');
  const warning = formatWarning(results);
  const marked = warning && process.stdout.isTTY ? styleText(['bold', 'red'], warning) : warning;
  return `\n${formatMarkdown({ title: 'Benchmark', sections })}${marked ? `\n${marked}\n` : ''}`;
}

/** Draws one worker against the cluster as a file that stands alone and follows light and dark itself. */
export function formatMainChart(results: BenchResults): string {
  const [chart] = throughputChart(results);
  if (!chart) return '';
  const { grid, ...option } = chart.draw(SVG_WIDTH);
  const { cores, bcryptCost } = results.machine;
  const text = { color: INK, fontFamily: FONT };
  const title = `Throughput of ${clusterSize(results)} workers against one, on ${cores} cores (bcrypt cost ${bcryptCost})`;
  const svg = renderOption(
    {
      ...option,
      backgroundColor: PAPER,
      grid: { ...grid, top: SVG_HEAD },
      title: { text: title, left: 12, top: 8, textStyle: { ...text, fontSize: 15, fontWeight: 600 } },
      legend: {
        data: chart.legend.map(({ name }) => name),
        ...{ left: 10, top: 33, itemWidth: 14, itemHeight: 12, itemGap: 28 },
        textStyle: { ...text, fontSize: 12 },
        selectedMode: false,
      },
    },
    { id: 'main', title: chart.title, width: SVG_WIDTH, height: chart.height + SVG_HEAD },
  );
  return `${svg.replace('</title>', `</title><style>${colourStyle('svg')}</style>`)}\n`;
}

/** @returns the path of the files without `.json`, `.md` and `.html` */
export function saveResults(results: BenchResults): string {
  mkdirSync(OWN_FOLDER, { recursive: true });
  const base = path.join(OWN_FOLDER, results.startedAt.replaceAll(':', '-').replace(/\.\d+Z$/, 'Z'));
  writeFileSync(`${base}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${base}.md`, formatReport(results));
  writeFileSync(`${base}.html`, formatHtml(results));
  return base;
}

/** Copies saved results to the kept ones, with the chart for the README. @returns the path, without an ending */
export function keepResults(base: string, results: BenchResults): string {
  mkdirSync(KEPT_FOLDER, { recursive: true });
  const kept = path.join(KEPT_FOLDER, keptName(results));
  for (const ending of ['.json', '.md', '.html']) copyFileSync(`${base}${ending}`, `${kept}${ending}`);
  writeFileSync(`${kept}.svg`, formatMainChart(results));
  return kept;
}

/**
 * Returns the name of the host, such as `2-cores-intel-xeon`: a clean and complete run replaces the one before. Any
 * other run gets its date as well, and replaces none.
 */
export function keptName({ machine, startedAt, faults, options }: BenchResults): string {
  const cpu = machine.cpu
    .replace(/\((R|TM)\)|@.*|\b(CPU|Processor)\b/gi, ' ')
    .toLowerCase()
    .match(/[a-z\d]+/g);
  const isComplete = Object.keys(SCENARIO_NAMES).every(
    (name) => name === 'memory' || options.only.includes(name),
  );
  const isWhole = isComplete && !options.quick && faults.length === 0;
  return [`${machine.cores}-cores`, ...(cpu ?? []), ...(isWhole ? [] : [startedAt.slice(0, 10)])].join('-');
}
