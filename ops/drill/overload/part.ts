import type { Chart } from '../../../tools/report/chart';
import type { Fixtures } from '../../../tools/kit/fixtures';
import type { Stack } from '../../stack/types';
import type { Order, Sent } from './protocol';
import type { Row } from './table';

export interface PartContext {
  stack: Stack;
  fixtures: Fixtures;
  /** Length of the overload. */
  seconds: number;
  signal: AbortSignal;
  /** Sends an order and shows its progress; `sockets` is the limit of one address. */
  send: (text: string, streams: Order['streams'], sockets?: number) => Promise<Sent>;
  /** Measures how many sign-ups a second the hash threads do without other requests. */
  hashRate: () => Promise<number>;
}

export interface Measured {
  rows: Row[];
  charts: Chart[];
}

/** One way to overload the stack. */
export interface Part {
  title: string;
  /** @returns `skipped` with the reason if the part cannot be measured on this host */
  measure: (context: PartContext) => Promise<Measured | { skipped: string }>;
}
