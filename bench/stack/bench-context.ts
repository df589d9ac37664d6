import type { Fixtures } from '../../tools/kit/fixtures';
import type { Balancing, ScenarioName, Setup } from '../store/result-types';
import type { BenchStack } from './bench-stack';

export interface BenchOptions {
  quick: boolean;
  /** What to measure; `undefined` for the default. */
  only?: ScenarioName[];
  /** Length of a measured window. */
  seconds: number;
  /** How often everything is measured, in turns. */
  rounds: number;
  connections: number;
  /** Connections for requests that hash a password: 10 fill the cores, and more would only wait. */
  hashConnections: number;
  /** Workers of the cluster; `undefined`: one per core, at least two. */
  workers?: number;
  /** Replace the balancing and the cache that scenarios declare. */
  balancings?: Balancing[];
  caches?: boolean[];
  /** Requests over which the memory is watched. */
  requests: number;
  /** Keep the results in bench/results. */
  save: boolean;
  list: boolean;
}

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
