import path from 'node:path';

/** A mounted tree of control groups that can limit CPU time. */
export interface Hierarchy {
  version: 1 | 2;
  mountPoint: string;
  /** The group of the tree that is seen at the mount point: in a container it may be the container's own. */
  root: string;
}

/**
 * Prefers version 1 if the CPU controller is there, since it can be in one tree only.
 * @param mountinfo /proc/self/mountinfo, see proc(5)
 */
export function findHierarchy(mountinfo: string): Hierarchy | undefined {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    if (!before || !after) return [];
    const [, , , root = '/', mountPoint = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    return [{ type, root, mountPoint, options: options.split(',') }];
  });
  const first = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('cpu'));
  const found = first ?? mounts.find(({ type }) => type === 'cgroup2');
  return found && { version: first ? 1 : 2, mountPoint: found.mountPoint, root: found.root };
}

/**
 * Returns the folder of the group that a process is in; the mount point if the group lies outside it.
 * @param text /proc/PID/cgroup, see proc(5)
 */
export function folderOf({ version, mountPoint, root }: Hierarchy, text: string): string {
  const wanted = version === 1 ? 'cpu' : '';
  const groups = text.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const group = groups.find((match) => match?.[1]?.split(',').includes(wanted))?.[2] ?? '/';
  const inside = path.posix.relative(root, group);
  return inside.startsWith('..') ? mountPoint : path.posix.join(mountPoint, inside);
}
