import path from 'node:path';
import { kernelFiles, type CgroupFiles } from './cgroup-files';
import { parseThrottled, setLimit, type Throttled } from './cpu-limit';
import { findParent, groupOf } from './find-parent';
import { findGroups, moveProcess, nameGroup, processesIn, removeGroup } from './groups';
import { findHierarchy, type Hierarchy } from './hierarchy';

export type Quota = Exclude<Awaited<ReturnType<typeof openQuota>>, { reason: string }>;

/**
 * Holds processes to parts of a core by Linux's control groups. One at a time: what was held before is let go.
 *
 * @param name tells its groups from those of another part of the same bench
 * @returns or why that can't be done here
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
    /** All their threads together, those that are started later as well; a process started anew is outside. */
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
    /** False once it has ended, whatever was started in its place. */
    holds: (group: string, pid: number): boolean => processesIn(files, folder(group)).includes(pid),
    /** Since it is held. */
    throttled: (group: string): Throttled => parseThrottled(files.read(path.join(folder(group), 'cpu.stat'))),
    /** Lets its processes go to where they came from. */
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
  for (const group of findGroups(files, hierarchy.mountPoint, isOver)) {
    await removeGroup(files, group, () => homes(files, hierarchy, group));
  }
}

/** Where processes of a group go whose own place is not known. */
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

/** @returns whether no such process is alive */
function isOver(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
