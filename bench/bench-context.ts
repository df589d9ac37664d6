import type { BenchStack } from './bench-stack';
import type { BenchOptions } from './options';

/** What each scenario is given. */
export interface BenchContext {
  stack: BenchStack;
  options: BenchOptions;
  /** How many workers the cluster has, and how many threads the one worker beside it. */
  clusterSize: number;
  signal: AbortSignal;
  /** A line of progress. */
  say: (text: string) => void;
}

/** Connections that sign up, in the source report as well. */
export const SIGN_UP_CONNECTIONS = 10;
