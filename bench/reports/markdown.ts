import type { BenchResults } from '../result-types';
import type { Section, Table } from './section';
import { makeSections } from './sections';

/** For a pull request or a file: all sections, without the charts. */
export const formatMarkdown = (results: BenchResults): string =>
  ['# Benchmark', ...makeSections(results).map(formatSection)].join('\n\n') + '\n';

const formatSection = ({ title, text, tables, notes }: Section): string =>
  [`## ${title}`, ...text.map(escape), ...tables.map(formatTable), ...notes.map(escape)].join('\n\n');

/** What Markdown would take for a sign of its own. */
const escape = (text: string): string => text.replace(/[\\`*_<>[\]|]/g, '\\$&');

function formatTable({ head, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.map(escape).join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
