import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { CgroupFiles } from './hierarchy';

const PREFIX = 'taskfleet-bench-';
const MAKER = new RegExp(`^${PREFIX}(\\d+)-`);
const REMOVAL_MS = 3_000;

/** Puts the id of this process into the name, so that no other bench removes the group while it is in use. */
export const nameGroup = (name: string): string => `${PREFIX}${process.pid}-${name}`;

/** Returns the folders of groups made by this process or by a bench that has ended. */
export function findGroups(files: CgroupFiles, folder: string, hasEnded: (pid: number) => boolean): string[] {
  return subfolders(files, folder).flatMap((name) => {
    const inside = path.join(folder, name);
    const maker = MAKER.exec(name)?.[1];
    if (!maker) return findGroups(files, inside, hasEnded);
    return Number(maker) === process.pid || hasEnded(Number(maker)) ? [inside] : [];
  });
}

function subfolders(files: CgroupFiles, folder: string): string[] {
  try {
    return files.folders(folder);
  } catch {
    return []; // Removed meanwhile, or another user's.
  }
}

export const processesIn = (files: CgroupFiles, group: string): number[] =>
  files.read(path.join(group, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);

/** Moves a process with all its threads; a process that has ended is no error. */
export function moveProcess(files: CgroupFiles, pid: number, group: string): void {
  try {
    files.write(path.join(group, 'cgroup.procs'), String(pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Removes a group. Its processes move to the first target that takes them: in version 2 a group that has groups below it
 * takes none.
 */
export async function removeGroup(files: CgroupFiles, group: string, targets: (pid: number) => string[]) {
  for (const end = performance.now() + REMOVAL_MS; ; await setTimeout(50)) {
    try {
      for (const pid of processesIn(files, group)) moveToFirst(files, pid, targets(pid));
      return files.removeFolder(group);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      // A process that is just starting or ending still counts.
      if (performance.now() > end) throw error;
    }
  }
}

function moveToFirst(files: CgroupFiles, pid: number, [target, ...others]: string[]): void {
  if (!target) throw new Error(`no group takes process ${pid}`);
  try {
    moveProcess(files, pid, target);
  } catch (error) {
    if (others.length === 0) throw error;
    moveToFirst(files, pid, others);
  }
}
