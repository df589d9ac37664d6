import type { ScenarioContext } from '../stack/bench-context';
import type { RawLimit, Run, ScenarioName, Series } from '../store/result-types';
import type { Declared } from './setups';

/** One of the things that a scenario measures side by side in one setup. */
export interface Measured {
  part?: string;
  load: Series['load'];
  run: Run;
}

export interface Scenario extends Declared {
  name: ScenarioName;
  /** One line for `--list`. */
  what: string;
  /** Raw limits that it is compared with. */
  raw: RawLimit['name'][];
  /** Part of `--quick`. */
  isQuick: boolean;
  /** True if workers stop while requests come, so that they must drain as in production. */
  drains?: boolean;
  /** Number of windows of `--seconds` in a run, for the progress bar. */
  windows: number;
  measure: (context: ScenarioContext) => Promise<Measured[]>;
}

/** What most scenarios declare. */
export const PLAIN = {
  setups: ['one', 'cluster'],
  cache: 'on',
  raw: [],
  isQuick: true,
  windows: 1,
} satisfies Partial<Scenario>;
