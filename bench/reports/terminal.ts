import type { BenchResults } from '../result-types';
import { findDisturbances } from './disturbance';
import { formatTable, heading, warning } from './format';
import type { Section, Table } from './section';
import { makeSections } from './sections';

const WIDTH = 80;

/** For a terminal of 80 columns. */
export function formatTerminal(results: BenchResults): string {
  const sections = makeSections(results).filter(({ detailed }) => !detailed);
  const parts = sections.map(formatSection);
  if (findDisturbances(results).length > 0) {
    parts.push(warning('Others used this machine meanwhile: the figures marked above mean little.'));
  }
  if (results.faults.length > 0) parts.push(warning('Runs had errors: this bench proves nothing.'));
  return `\n${parts.join('\n\n')}\n`;
}

const formatSection = ({ title, text, tables, notes }: Section): string =>
  [heading(title), [...text.map(wrap), ...tables.map(formatFitting), ...notes.map(wrap)].join('\n\n')].join(
    '\n',
  );

/** At spaces; a word that is longer stays whole. */
const wrap = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replaceAll(new RegExp(`(.{1,${WIDTH}})(?: +|$)`, 'g'), '$1\n').trimEnd())
    .join('\n');

/** A table that is too wide stands as a list: each figure with its column's name. */
function formatFitting({ head, rows }: Table): string {
  const table = formatTable(head.some(Boolean) ? [head, ...rows] : rows);
  if (table.split('\n').every((line) => line.length <= WIDTH)) return table;
  return rows
    .map(([name = '', ...cells]) =>
      wrap([name, ...cells.map((cell, index) => `  ${head[index + 1] ?? ''}: ${cell}`)].join('\n')),
    )
    .join('\n');
}
