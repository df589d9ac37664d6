import type { createFixtures } from '../../../bench/stack/fixtures';
import type { Stack } from '../../stack/stack';
import type { Chart } from '../../../bench/reports/charts/chart';
import type { Order, Sent } from './protocol';
import type { Row } from './table';

export interface PartContext {
  stack: Stack;
  url: string;
  fixtures: ReturnType<typeof createFixtures>;
  /** How long the overload lasts. */
  seconds: number;
  /** Sends an order, with a line of progress. */
  send: (text: string, streams: Order['streams'], sockets?: number) => Promise<Sent>;
  /** Sign-ups a second that the hash threads do; measured when it is first asked for. */
  hashRate: () => Promise<number>;
  /** Returns once what was sent before has no effect any more. */
  settle: () => Promise<void>;
}

export interface Measured {
  rows: Row[];
  charts: Chart[];
}

export interface Part {
  title: string;
  /** Or why it cannot be measured here. */
  measure: (context: PartContext) => Promise<Measured | { skipped: string }>;
}
