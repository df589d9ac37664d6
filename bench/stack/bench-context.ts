import type { BenchOptions } from '../commands/options';
import type { Setup } from '../store/result-types';
import type { BenchStack } from './bench-stack';
import type { Fixtures } from './fixtures';

/** What each measurement is given. */
export interface BenchContext {
  stack: BenchStack;
  options: BenchOptions;
  fixtures: Fixtures;
  /** How many workers the cluster has, and how many threads the one worker beside it. */
  clusterSize: number;
  signal: AbortSignal;
  /** A line of progress. */
  say: (text: string) => void;
}

/** What a scenario is given: the apps run in that setup. */
export interface ScenarioContext extends BenchContext {
  setup: Setup;
}
