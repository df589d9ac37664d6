import path from 'node:path';
import type { Hierarchy } from '../../src/process/cgroup';
import { groupOf, type CgroupFiles } from './hierarchy';

export interface Throttled {
  /** Periods in which the processes wanted to run. */
  periods: number;
  /** Periods in which they used up their quota. */
  throttledPeriods: number;
  throttledMs: number;
}

/** The kernel refuses less in one period. */
const LOWEST_QUOTA_US = 1_000;
const SHORTEST_PERIOD_US = 10_000;
const LONGEST_PERIOD_US = 1_000_000;

/**
 * Chooses the shortest period that the kernel allows: in its usual period of 100 ms a process with a tenth of a core
 * runs for 10 ms and stands for 90, so that latencies show the period instead of the process. A period below 10 ms gains
 * nothing: the kernel looks at a busy thread once a tick (4 ms), and takes off later what was overdrawn.
 * @throws if no period fits
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
  // First without a limit: the old quota in the new period might exceed that of the group above.
  files.write(path.join(group, 'cpu.cfs_quota_us'), '-1');
  files.write(path.join(group, 'cpu.cfs_period_us'), String(periodUs));
  files.write(path.join(group, 'cpu.cfs_quota_us'), String(quotaUs));
}

/** @param text cpu.stat of a group of either version */
export function parseThrottled(text: string): Throttled {
  const number = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    periods: number('nr_periods'),
    throttledPeriods: number('nr_throttled'),
    throttledMs: number('throttled_time') / 1e6 + number('throttled_usec') / 1e3,
  };
}

/**
 * Finds the nearest group in which limited groups can be made, by making one: in version 2 a group with processes may
 * have none.
 * @returns its folder, or why there is none
 */
export function findParent(
  files: CgroupFiles,
  hierarchy: Hierarchy,
  probe: string,
): string | { reason: string } {
  const { version, mountPoint } = hierarchy;
  const own = groupOf(files, hierarchy, 'self');
  const candidates = version === 1 ? [own] : withAncestors(own, mountPoint);
  let problem: unknown;
  for (const candidate of candidates) {
    try {
      if (version === 2) passOnCpu(files, candidate);
      const group = path.join(candidate, probe);
      files.makeFolder(group);
      try {
        setLimit(files, version, group, 0.1);
      } finally {
        files.removeFolder(group);
      }
      return candidate;
    } catch (error) {
      problem = error;
    }
  }
  return { reason: `no CPU quota can be set below ${candidates.at(-1)}: ${explain(problem)}` };
}

/** Returns the folder and those above it, up to the mount point. */
function withAncestors(folder: string, mountPoint: string): string[] {
  const above = path.posix.dirname(folder);
  return folder === mountPoint || above === folder ? [folder] : [folder, ...withAncestors(above, mountPoint)];
}

/** Lets the groups below limit CPU time. The setting stays and has no effect unless one of them does. */
function passOnCpu(files: CgroupFiles, folder: string): void {
  const file = path.join(folder, 'cgroup.subtree_control');
  if (!files.read(file).split(/\s/).includes('cpu')) files.write(file, '+cpu');
}

const REASONS: Record<string, string> = {
  EROFS: 'it is read-only',
  EACCES: 'this user may not write to it',
  EPERM: 'this user may not write to it',
  ENOENT: 'the CPU controller is missing',
  EINVAL: 'the CPU controller is missing',
  EBUSY: 'it has processes',
};

function explain(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
