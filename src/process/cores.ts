import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findHierarchy, folderOf, type Hierarchy } from './cgroup';

export interface Cores {
  count: number;
  /** `quota` if a control group allows less CPU time than the machine has, as in a container with a limit. */
  from: 'quota' | 'machine';
}

type Read = (file: string) => string;

/**
 * Counts the cores that this process may use. Node 20 does not see the quota of a control group: in a container with
 * half a core on a machine with 64 it reports 64. A part of a core counts as one, as in Java and Go.
 */
export function countCores(
  read: Read = (file) => readFileSync(file, 'utf8'),
  machine = os.availableParallelism(),
): Cores {
  const quota = Math.ceil(leastQuota(read));
  return quota < machine ? { count: Math.max(1, quota), from: 'quota' } : { count: machine, from: 'machine' };
}

/** Returns the least quota of the own group and those above it, in cores; `Infinity` without one. */
function leastQuota(read: Read): number {
  const attempt = (file: string): string => {
    try {
      return read(file);
    } catch {
      return '';
    }
  };
  const hierarchy = findHierarchy(attempt('/proc/self/mountinfo'));
  if (!hierarchy) return Infinity;
  const folders = upTo(hierarchy.mountPoint, folderOf(hierarchy, attempt('/proc/self/cgroup')));
  return Math.min(...folders.map((folder) => quotaOf(hierarchy, (name) => attempt(path.join(folder, name)))));
}

function upTo(top: string, folder: string): string[] {
  return folder === top || folder === '/' ? [top] : [folder, ...upTo(top, path.dirname(folder))];
}

function quotaOf({ version }: Hierarchy, file: Read): number {
  const [quota, period] =
    version === 2 ? file('cpu.max').split(' ') : [file('cpu.cfs_quota_us'), file('cpu.cfs_period_us')];
  const cores = Number(quota) / Number(period);
  // Without a limit the quota is `max`, or -1 in version 1. The group at the top has no such file.
  return cores > 0 ? cores : Infinity;
}

export const cores = countCores();
