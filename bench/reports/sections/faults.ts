import type { BenchResults } from '../../store/result-types';
import { findDisturbances } from '../disturbance';
import { makeSection } from '../section';

/** What makes the figures worth less. */
export function faultSection(results: BenchResults) {
  const lines = (what: string, texts: string[]) => texts.map((text) => [what, text]);
  return makeSection({
    id: 'faults',
    title: 'Faults and disturbance',
    tables: [
      {
        head: [],
        rows: [
          ...lines('error', results.faults),
          ...lines('disturbed', findDisturbances(results)),
          ...lines('left out', results.skipped),
        ],
      },
    ],
    notes: [
      '"disturbed": other programs or the hypervisor used more than a tenth of a core meanwhile; these figures mean little.',
    ],
  });
}
