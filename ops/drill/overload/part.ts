import type { Chart } from '../../../tools/report/chart';
import type { createFixtures } from '../../../tools/kit/fixtures';
import type { Stack } from '../../stack/types';
import type { Order, Sent } from './protocol';
import type { Row } from './table';

export interface Progress {
  step: <T>(name: string, text: string, work: () => Promise<T>, tell?: (result: T) => string) => Promise<T>;
  line: (name: string, text: string) => void;
}

export interface PartContext {
  stack: Stack;
  fixtures: ReturnType<typeof createFixtures>;
  /** How long the overload lasts. */
  seconds: number;
  signal: AbortSignal;
  /** Sends an order, with a line of progress; `sockets` is for one address. */
  send: (text: string, streams: Order['streams'], sockets?: number) => Promise<Sent>;
  /** Measures how many sign-ups a second the hash threads do if nothing else is asked for. */
  hashRate: () => Promise<number>;
}

export interface Measured {
  rows: Row[];
  charts: Chart[];
}

/** One way of asking for too much. */
export interface Part {
  title: string;
  /** Or why it cannot be measured here. */
  measure: (context: PartContext) => Promise<Measured | { skipped: string }>;
}
