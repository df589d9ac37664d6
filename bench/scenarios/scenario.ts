import type { ScenarioContext } from '../stack/bench-context';
import type { RawLimit, Run, Series } from '../store/result-types';

/** How the API runs, by name; rounds/setups.ts says what they mean on this machine. */
export type SetupName =
  | 'one'
  | 'cluster'
  | 'threads'
  | 'event-loop'
  | 'least-connections'
  | 'response-time'
  | 'one-uncached'
  | 'cluster-uncached';

/** A run in one setup may measure several things beside each other. */
export interface Measured {
  part?: string;
  load: Series['load'];
  run: Run;
}

export interface Scenario {
  name: string;
  /** What it does, for a line of `--list`. */
  what: string;
  /** What it is run over unless options say otherwise. */
  setups: SetupName[];
  /** Whether it means something with the cache on, off, or both. */
  cache: 'on' | 'off' | 'either';
  /** What it is held against. */
  raw: RawLimit['name'][];
  isQuick: boolean;
  /** Workers go while requests come: they must drain as in production. */
  drains?: boolean;
  /** How many windows of `--seconds` a run has, for the progress bar. */
  windows: number;
  measure: (context: ScenarioContext) => Promise<Measured[]>;
}

/** The same in two numbers of workers; most scenarios. */
export const ONE_AND_CLUSTER: SetupName[] = ['one', 'cluster'];
export const ALL_BALANCINGS: SetupName[] = ['one', 'cluster', 'least-connections', 'response-time'];

type Single = (context: ScenarioContext) => Promise<Run>;

/** One thing, as fast as answers come over the connections. */
export const closedLoop =
  (measure: Single): Scenario['measure'] =>
  async (context) => [{ load: { connections: context.options.connections }, run: await measure(context) }];
