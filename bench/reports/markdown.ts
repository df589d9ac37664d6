import type { BenchResults } from '../store/result-types';
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
  const names = head.length > 0 ? head : (rows[0] ?? []).map(() => '');
  const rule = `|${names.map((_, column) => (column === 0 || head.length === 0 ? '---' : '---:')).join('|')}|`;
  // A table of Markdown has a head, if only an empty one.
  return [line(names), rule, ...rows.map(line)].join('\n');
}
