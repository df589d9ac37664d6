import path from 'node:path';
import type { CgroupFiles } from './cgroup-files';
import { setLimit } from './cpu-limit';
import { folderOf, withAncestors, type Hierarchy } from './hierarchy';

export const groupOf = (files: CgroupFiles, hierarchy: Hierarchy, pid: number | 'self'): string =>
  folderOf(hierarchy, files.read(`/proc/${pid}/cgroup`));

/** The nearest group in which limited ones can be made; a group with processes may have none in version 2. */
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
      tryLimit(files, version, path.join(candidate, probe));
      return candidate;
    } catch (error) {
      problem = error;
    }
  }
  return { reason: `no CPU quota can be set below ${candidates.at(-1)}: ${explain(problem)}` };
}

/** Lets the groups below it limit CPU time; that stays, and does nothing as long as none of them does. */
function passOnCpu(files: CgroupFiles, folder: string): void {
  const file = path.join(folder, 'cgroup.subtree_control');
  if (!files.read(file).split(/\s/).includes('cpu')) files.write(file, '+cpu');
}

function tryLimit(files: CgroupFiles, version: Hierarchy['version'], group: string): void {
  files.makeFolder(group);
  try {
    setLimit(files, version, group, 0.1);
  } finally {
    files.removeFolder(group);
  }
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EROFS') return 'it is read-only';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not';
  if (code === 'ENOENT' || code === 'EINVAL') return 'the CPU controller is not there';
  if (code === 'EBUSY') return 'processes are in it';
  return message;
}
