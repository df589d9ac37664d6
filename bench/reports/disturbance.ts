import { OTHERS, STOLEN } from '../figures/cpu-time';
import type { BenchResults, Run } from '../store/result-types';
import { formatNumber } from './format';
import { nameOf, nameOfSetup } from './names';

/** Cores; from here on what others used has a part in the figures. */
const DISTURBING = 0.1;

const disturbanceOf = ({ cpu }: Run): number => (cpu?.[OTHERS] ?? 0) + (cpu?.[STOLEN] ?? 0);

export const isDisturbed = ({ runs }: { runs: Run[] }): boolean =>
  runs.some((run) => disturbanceOf(run) > DISTURBING);

/** A line for each series during which others or the hypervisor used a part of the cores. */
export const findDisturbances = ({ series }: Pick<BenchResults, 'series'>): string[] =>
  series.filter(isDisturbed).map((one) => {
    const most = formatNumber(Math.max(...one.runs.map(disturbanceOf)));
    return `${nameOf(one)}, ${nameOfSetup(one.setup)}: up to ${most} cores`;
  });
