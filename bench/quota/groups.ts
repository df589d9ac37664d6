import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { CgroupFiles } from './cgroup-files';

const PREFIX = 'taskfleet-bench-';
const REMOVAL_MS = 3_000;

/** With the id of the process that made it, so that nobody removes what another bench is using. */
export const nameGroup = (name: string): string => `${PREFIX}${process.pid}-${name}`;

/** Folders of groups that were made by this process, or by a bench that is gone. */
export function findGroups(
  files: CgroupFiles,
  mountPoint: string,
  isOver: (pid: number) => boolean,
): string[] {
  const found: string[] = [];
  const search = (folder: string) => {
    for (const name of subfolders(files, folder)) {
      const inside = path.join(folder, name);
      const [, maker] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
      if (!maker) search(inside);
      else if (Number(maker) === process.pid || isOver(Number(maker))) found.push(inside);
    }
  };
  search(mountPoint);
  return found;
}

function subfolders(files: CgroupFiles, folder: string): string[] {
  try {
    return files.folders(folder);
  } catch {
    return []; // It is gone, or another user's.
  }
}

/** Moves every thread of a process; one that has ended is no fault. */
export function moveProcess(files: CgroupFiles, pid: number, group: string): void {
  try {
    files.write(path.join(group, 'cgroup.procs'), String(pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Removes a group; its processes go to the first of the given groups that takes them, since one that has groups
 * below it takes none in version 2.
 */
export async function removeGroup(files: CgroupFiles, group: string, targets: (pid: number) => string[]) {
  for (const end = performance.now() + REMOVAL_MS; ; await setTimeout(50)) {
    try {
      for (const pid of processesIn(files, group)) moveToFirst(files, pid, targets(pid));
      return files.removeFolder(group);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      // A process that is just ending, or has just been started.
      if (performance.now() > end) throw error;
    }
  }
}

export const processesIn = (files: CgroupFiles, group: string): number[] =>
  files.read(path.join(group, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);

function moveToFirst(files: CgroupFiles, pid: number, [target, ...others]: string[]): void {
  if (!target) throw new Error(`no group takes process ${pid}`);
  try {
    moveProcess(files, pid, target);
  } catch (error) {
    if (others.length === 0) throw error;
    moveToFirst(files, pid, others);
  }
}
