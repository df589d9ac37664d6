import type { Fixtures } from '../../tools/kit/fixtures';
import type { BenchOptions } from '../../tools/command/bench-options';
import type { Setup } from '../store/result-types';
import type { BenchStack } from './bench-stack';

export type { BenchOptions };

/** What each measurement needs. */
export interface BenchContext {
  stack: BenchStack;
  options: BenchOptions;
  fixtures: Fixtures;
  /** Workers of the cluster, and hash threads of the one worker beside it. */
  clusterSize: number;
  signal: AbortSignal;
  /** Prints a line of progress. */
  say: (text: string) => void;
}

/** What a scenario needs; the apps run in this setup. */
export interface ScenarioContext extends BenchContext {
  setup: Setup;
}
