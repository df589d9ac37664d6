import { OTHERS, STOLEN, type CpuUse } from '../../../bench/figures/cpu-time';
import { findDisturbances, markOf } from '../../../bench/reports/faults';
import { buildSeries } from './support/results';

const seriesWith = (...uses: (CpuUse | undefined)[]) => {
  const series = buildSeries('create', {}, { perSecond: 10, p50Ms: 1, p99Ms: 2 });
  uses.forEach((cpu, round) => (series.runs[round]!.cpu = cpu));
  return series;
};

describe('disturbance', () => {
  it('is what other programs and the hypervisor used, if it was enough in one of the runs', () => {
    const quiet = seriesWith({ [OTHERS]: 0.02, [STOLEN]: 0.01 });
    const loud = seriesWith({ [OTHERS]: 0.02 }, { [OTHERS]: 0.2, [STOLEN]: 0.1 });
    expect(findDisturbances({ series: [quiet, loud] })).toEqual(['create, 1 worker: up to 0.30 cores']);
    expect([quiet, loud].map((series) => markOf(series))).toEqual(['', ' ~']);
  });

  it('is unknown on systems without /proc', () => {
    expect(findDisturbances({ series: [seriesWith(undefined, undefined, undefined)] })).toEqual([]);
  });

  it('is marked only if there are no errors', () => {
    const series = seriesWith({ [OTHERS]: 1 });
    series.runs[2]!.errors = { timeout: 1 };
    expect(markOf(undefined, series)).toBe(' ⚠');
  });
});
