import type { BenchContext, BenchOptions } from '../stack/bench-context';
import type { IdlePoint, ScalingCurve, ScenarioName, Series } from '../store/result-types';

export interface ExtraMeasured {
  series?: Series[];
  curves?: ScalingCurve[];
  idle?: IdlePoint[];
  /** What was left out, and why. */
  skipped?: string[];
}

/** A measurement that runs once, after the rounds, and starts the apps itself. */
export interface Extra {
  name: ScenarioName;
  /** One line for `--list`. */
  what: string;
  isDefault: boolean;
  /** Estimate for the progress bar. */
  seconds: (options: BenchOptions) => number;
  /** @param advance moves the progress bar by the given seconds */
  measure: (context: BenchContext, advance: (seconds: number) => void) => Promise<ExtraMeasured>;
}
