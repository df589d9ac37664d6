import type { Section, Table } from './section';

interface Report {
  title: string;
  /** Stands first. */
  warning?: string;
  sections: Section[];
}

/** Formats a report without its charts. */
export const formatMarkdown = ({ title, warning, sections }: Report): string =>
  [`# ${title}`, ...(warning ? [`**${escape(warning)}**`] : []), ...sections.map(formatSection)].join(
    '\n\n',
  ) + '\n';

const formatSection = ({ title, text, tables, notes }: Section): string =>
  [`## ${title}`, ...text.map(escape), ...tables.map(formatTable), ...notes.map(escape)].join('\n\n');

const escape = (text: string): string => text.replace(/[\\`*_<>[\]|]/g, '\\$&');

/** Formats a Markdown table whose columns are aligned, so that it can be read in a terminal as well. */
export function formatTable({ head, rows }: Table): string {
  const isFacts = head.length === 0;
  // A Markdown table must have a head.
  const names = isFacts ? (rows[0] ?? []).map(() => '') : head;
  const lines = [names, ...rows].map((row) => row.map(escape));
  const widths = names.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const isLeft = (column: number) => isFacts || column === 0;
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => (isLeft(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = widths.map((width, column) => `${'-'.repeat(width - 1)}${isLeft(column) ? '-' : ':'}`);
  return [line(lines[0]!), line(rule), ...lines.slice(1).map(line)].join('\n');
}
