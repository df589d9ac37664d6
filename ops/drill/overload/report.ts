import { formatPage } from '../../../tools/report/html';
import type { Part, Measured } from './part';
import { markOf, type Row } from './table';

/** Formats a page of all parts: the tables of the terminal and the latencies over time. */
export function formatReport(
  measured: { name: string; title: Part['title']; result: Measured }[],
  at: Date,
): string {
  const cells = (row: Row) => [row.what, row.measured, row.aim ?? '', WORDS[markOf(row)]!];
  return formatPage({
    title: 'taskfleet: drill of overload',
    subject: at.toISOString().slice(0, 16).replace('T', ' '),
    sections: measured.map(({ name, title, result: { rows, charts } }) => ({
      id: name,
      title,
      text: [],
      charts,
      tables: [{ head: ['', 'measured', 'aim', ''], rows: rows.map(cells) }],
      notes: [],
    })),
  });
}

/** Words that the page colours, by mark. */
const WORDS: Record<string, string> = { '✓': 'reached', '✗': 'not reached', '': '' };
