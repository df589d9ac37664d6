import type { Progress } from '../../../tools/command/progress';
import type { Hosts } from '../engine/hosts';
import type { Clients } from './clients';
import type { Mark } from './outcomes';
import type { Stack } from './stack';
import type { Row } from './timeline';

export interface Context {
  progress: Progress;
  hosts: Hosts;
  stack: Stack;
  clients: Clients;
  /** Number of rolling updates. */
  rounds: number;
  marks: Mark[];
  rows: Row[];
}

/** Adds a row to the table, and prints it. */
export function addRow({ rows }: Pick<Context, 'rows'>, row: Row): void {
  rows.push(row);
  console.log(`${row.what}: ${row.measured}`);
}

/** Changes or breaks the stack under load, and adds rows of what it measured. */
export type Part = (context: Context) => Promise<void>;

/** Runs `work` as a stretch of the timeline. @returns when it began, in seconds of the load */
export async function marked(
  { clients, marks }: Pick<Context, 'clients' | 'marks'>,
  name: string,
  work: () => Promise<unknown>,
): Promise<number> {
  const from = clients.now();
  try {
    await work();
  } finally {
    marks.push({ name, from, to: clients.now() });
  }
  return from;
}
