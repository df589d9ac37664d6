import path from 'node:path';
import type { CgroupFiles } from './cgroup-files';
import type { Hierarchy } from './hierarchy';

export interface Throttled {
  /** In which its processes wanted to run. */
  periods: number;
  /** In which they used up what they had. */
  throttledPeriods: number;
  throttledMs: number;
}

/** The kernel refuses less in one period. */
const LOWEST_QUOTA_US = 1_000;
const SHORTEST_PERIOD_US = 10_000;
const LONGEST_PERIOD_US = 1_000_000;

/**
 * As short as the kernel allows: in its usual period of 100 ms a worker with a tenth of a core would run for
 * 10 ms and then stand for 90, and latencies would tell of the period instead of the worker. Below 10 ms nothing is
 * gained, since a busy thread is looked at once a tick (4 ms), and what it has overdrawn is taken off later.
 */
export function chooseLimit(cores: number): { quotaUs: number; periodUs: number } {
  const periodUs = Math.max(SHORTEST_PERIOD_US, Math.ceil(LOWEST_QUOTA_US / cores));
  if (!(cores > 0) || periodUs > LONGEST_PERIOD_US)
    throw new Error(`no process can be held to ${cores} cores`);
  return { quotaUs: Math.max(LOWEST_QUOTA_US, Math.round(cores * periodUs)), periodUs };
}

export function setLimit(
  files: CgroupFiles,
  version: Hierarchy['version'],
  group: string,
  cores: number,
): void {
  const { quotaUs, periodUs } = chooseLimit(cores);
  if (version === 2) return files.write(path.join(group, 'cpu.max'), `${quotaUs} ${periodUs}`);
  // Without a limit in between: an old quota in a new period might be more than the group above has.
  files.write(path.join(group, 'cpu.cfs_quota_us'), '-1');
  files.write(path.join(group, 'cpu.cfs_period_us'), String(periodUs));
  files.write(path.join(group, 'cpu.cfs_quota_us'), String(quotaUs));
}

/** @param text of the group's cpu.stat, of either version */
export function parseThrottled(text: string): Throttled {
  const number = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    periods: number('nr_periods'),
    throttledPeriods: number('nr_throttled'),
    throttledMs: number('throttled_time') / 1e6 + number('throttled_usec') / 1e3,
  };
}
