import path from 'node:path';

/** A mounted tree of control groups in which CPU time can be limited. */
export interface Hierarchy {
  version: 1 | 2;
  mountPoint: string;
  /** Which of the tree's groups is seen at the mount point: in a container it may be its own. */
  root: string;
}

/**
 * Of version 1 where the CPU controller is there, since it can be in one tree only.
 *
 * @param mountinfo proc(5), /proc/self/mountinfo
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
  if (!found) return undefined;
  return { version: first ? 1 : 2, mountPoint: found.mountPoint, root: found.root };
}

/**
 * The folder of the group that a process is in.
 *
 * @param text proc(5), /proc/PID/cgroup
 */
export function folderOf({ version, mountPoint, root }: Hierarchy, text: string): string {
  const groups = text
    .split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
    .map((match) => ({ controllers: match?.[1]?.split(',') ?? [], group: match?.[2] ?? '' }));
  const wanted = version === 1 ? 'cpu' : '';
  const { group = '/' } = groups.find(({ controllers }) => controllers.includes(wanted)) ?? {};
  const inside = path.posix.relative(root, group);
  // Outside what is mounted here.
  if (inside.startsWith('..')) return mountPoint;
  return path.posix.join(mountPoint, inside);
}

/** The folder itself and those above it, up to the mount point. */
export function withAncestors(folder: string, mountPoint: string): string[] {
  const above = path.posix.dirname(folder);
  if (folder === mountPoint || above === folder) return [folder];
  return [folder, ...withAncestors(above, mountPoint)];
}
