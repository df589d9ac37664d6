import type { BenchResults } from '../store/result-types';
import { findDisturbances } from './disturbance';
import { formatTable, heading, warning } from './format';
import type { Section, Table } from './section';
import { makeSections } from './sections';

const WIDTH = 80;
/** Of a column of names. */
const LEAST = 20;

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
  [
    heading(title),
    [
      ...text.map((line) => wrap(line)),
      ...tables.map(formatFitting),
      ...notes.map((line) => wrap(line)),
    ].join('\n\n'),
  ].join('\n');

/** At spaces; a word that is longer stays whole. */
const wrap = (text: string, width = WIDTH): string =>
  text.replaceAll(new RegExp(`(.{1,${width}})(?: +|$)`, 'g'), '$1\n').trimEnd();

/** Where it is too wide, its names go over several lines, and where that isn't enough it becomes a list. */
function formatFitting({ head, rows }: Table): string {
  if (head.length === 0) return formatFacts(rows);
  const others = widthOf(formatTable([head, ...rows].map(([, ...cells]) => ['', ...cells])));
  const left = WIDTH - others - 2;
  const table = [head, ...rows].map(([name = '', ...cells]) => [wrap(name, Math.max(left, LEAST)), ...cells]);
  return left >= LEAST ? formatTable(table) : formatList(head, rows);
}

const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

function formatFacts(rows: string[][]): string {
  const longest = Math.max(...rows.map(([name = '']) => name.length)) + 2;
  return rows
    .map(([name = '', fact = '']) => {
      const lines = wrap(fact, WIDTH - longest).split('\n');
      return lines.map((line, index) => (index === 0 ? name : '').padEnd(longest) + line).join('\n');
    })
    .join('\n');
}

const formatList = (head: string[], rows: string[][]): string =>
  rows
    .map(([name = '', ...cells]) => [
      name,
      ...cells.map((cell, index) => `  ${head[index + 1] ?? ''}: ${cell}`),
    ])
    .map((lines) => lines.map((line) => wrap(line)).join('\n'))
    .join('\n');
