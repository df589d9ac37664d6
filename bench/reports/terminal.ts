import { formatRun } from '../format-run';
import type { BenchResults } from '../result-types';

/** Placeholder: every run in a line. */
export const formatTerminal = ({ series, skipped, faults }: BenchResults): string =>
  [
    ...series.flatMap(({ scenario, part, setup, runs }) =>
      runs.map((run) => formatRun(scenario, part, setup, run)),
    ),
    ...skipped.map((line) => `left out: ${line}`),
    ...faults.map((line) => `FAULT: ${line}`),
    '',
  ].join('\n');
