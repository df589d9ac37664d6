import path from 'node:path';
import { isAlive } from '../../src/lib/is-alive';
import { findParent, parseThrottled, setLimit, type Throttled } from './cpu-limit';
import { findGroups, moveProcess, nameGroup, processesIn, removeGroup } from './groups';
import { findHierarchy, type Hierarchy } from '../../src/process/cgroup';
import { groupOf, kernelFiles, type CgroupFiles } from './hierarchy';

export type Quota = Exclude<Awaited<ReturnType<typeof openQuota>>, { reason: string }>;

/**
 * Holds processes to parts of a core by the control groups of Linux. One quota at a time: it releases those before it.
 * @param name distinguishes its groups from those of another part of the same program
 * @returns the quota, or the reason why there can be none
 */
export async function openQuota(name: string, files: CgroupFiles = kernelFiles) {
  const hierarchy = readHierarchy(files);
  if (!hierarchy)
    return { reason: 'CPU quotas need the control groups of Linux, which are not mounted here' };
  await releaseQuotas(files);
  const parent = findParent(files, hierarchy, nameGroup(`${name}-probe`));
  if (typeof parent !== 'string') return parent;

  const groups = new Set<string>();
  const origins = new Map<number, string>();
  const folder = (group: string) => path.join(parent, nameGroup(`${name}-${group}`));

  return {
    /** Holds all threads of these processes together, later ones included. A process that restarts is outside. */
    hold(group: string, pids: number[], cores: number): void {
      const groupFolder = folder(group);
      if (!groups.has(groupFolder)) files.makeFolder(groupFolder);
      groups.add(groupFolder);
      setLimit(files, hierarchy.version, groupFolder, cores);
      for (const pid of pids) {
        if (processesIn(files, groupFolder).includes(pid)) continue;
        origins.set(pid, groupOf(files, hierarchy, pid));
        moveProcess(files, pid, groupFolder);
      }
    },
    /** False once the process has ended, even if another was started in its place. */
    holds: (group: string, pid: number): boolean => processesIn(files, folder(group)).includes(pid),
    /** Counts since the group is held. */
    throttled: (group: string): Throttled => parseThrottled(files.read(path.join(folder(group), 'cpu.stat'))),
    /** Moves the processes back to the groups from which they came. */
    async release(): Promise<void> {
      for (const group of groups) {
        const targets = (pid: number) => [origins.get(pid) ?? parent, ...homes(files, hierarchy, group)];
        await removeGroup(files, group, targets);
        groups.delete(group);
      }
    },
  };
}

/** Removes every group of this process, and those that a killed bench has left. */
export async function releaseQuotas(files: CgroupFiles = kernelFiles): Promise<void> {
  const hierarchy = readHierarchy(files);
  if (!hierarchy) return;
  for (const group of findGroups(files, hierarchy.mountPoint, (pid) => !isAlive(pid)))
    await removeGroup(files, group, () => homes(files, hierarchy, group));
}

/** Returns the groups for processes of unknown origin. */
const homes = (files: CgroupFiles, hierarchy: Hierarchy, group: string) => [
  path.dirname(group),
  groupOf(files, hierarchy, 'self'),
];

function readHierarchy(files: CgroupFiles): Hierarchy | undefined {
  try {
    return findHierarchy(files.read('/proc/self/mountinfo'));
  } catch {
    return undefined; // Not Linux.
  }
}
