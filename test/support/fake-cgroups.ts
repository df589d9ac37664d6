import path from 'node:path';
import type { CgroupFiles } from '../../tools/quota/hierarchy';

interface FakeCgroups {
  version: 1 | 2;
  /** The group of the test and of the processes it holds. */
  own: string;
  /** The existing groups. */
  groups: string[];
  processes: number[];
  /** The error code with which the kernel refuses any change. */
  refusal?: string;
}

const fail = (code: string) => Object.assign(new Error(code), { code });

/** Control groups in memory that follow the kernel's rules as far as the bench needs. */
export function createFakeCgroups({ version, own, groups, processes, refusal }: FakeCgroups) {
  const mountPoint = version === 1 ? '/sys/fs/cgroup/cpu' : '/sys/fs/cgroup';
  const options = version === 1 ? 'cgroup cgroup rw,cpu,cpuacct' : 'cgroup2 cgroup2 rw';
  const places = new Map(processes.map((pid) => [pid, own]));
  const files = new Map<string, string>();
  const known = new Set(['/', ...groups]);
  const written: string[] = [];

  const groupOf = (file: string) => path.join('/', path.relative(mountPoint, path.dirname(file)));
  const inGroup = (group: string) => [...places].filter(([, place]) => place === group).map(([pid]) => pid);

  function checkWrite(group: string, name: string, text: string): void {
    if (name === 'cpu.cfs_quota_us' && text !== '-1' && Number(text) < 1_000) throw fail('EINVAL');
    if (name === 'cpu.max' && !files.get(path.join(path.dirname(group), 'cgroup.subtree_control')))
      throw fail('ENOENT');
    const hasProcesses = group !== '/' && inGroup(group).length > 0;
    if (name === 'cgroup.subtree_control' && hasProcesses) throw fail('EBUSY');
  }

  const kernel: CgroupFiles = {
    read(file) {
      if (file === '/proc/self/mountinfo') return `30 20 0:27 / ${mountPoint} rw,relatime - ${options}\n`;
      const [, pid] = /^\/proc\/(\w+)\/cgroup$/.exec(file) ?? [];
      const place = pid === 'self' ? own : places.get(Number(pid));
      if (pid) return version === 1 ? `4:memory:/other\n3:cpu,cpuacct:${place}\n` : `0::${place}\n`;
      const group = groupOf(file);
      if (!known.has(group)) throw fail('ENOENT');
      if (path.basename(file) === 'cgroup.procs') return inGroup(group).join('\n');
      return files.get(path.join(group, path.basename(file))) ?? '';
    },
    write(file, text) {
      if (refusal) throw fail(refusal);
      const [group, name] = [groupOf(file), path.basename(file)];
      if (!known.has(group)) throw fail('ENOENT');
      checkWrite(group, name, text);
      if (name === 'cgroup.procs') {
        if (!places.has(Number(text))) throw fail('ESRCH');
        if (group !== '/' && files.get(path.join(group, 'cgroup.subtree_control'))) throw fail('EBUSY');
        places.set(Number(text), group);
      } else {
        files.set(path.join(group, name), text.replace('+', ''));
        written.push(`${name} ${text}`);
      }
    },
    makeFolder(folder) {
      if (refusal) throw fail(refusal);
      known.add(groupOf(path.join(folder, 'x')));
    },
    removeFolder(folder) {
      const group = groupOf(path.join(folder, 'x'));
      if (inGroup(group).length > 0) throw fail('EBUSY');
      known.delete(group);
    },
    folders: (folder) =>
      [...known]
        .filter((group) => group !== '/' && path.dirname(group) === groupOf(path.join(folder, 'x')))
        .map((group) => path.basename(group)),
  };

  return {
    kernel,
    /** The groups of the bench, without those of the system. */
    limited: () => [...known].filter((group) => group.includes('taskfleet-bench-')),
    place: (pid: number) => places.get(pid),
    end: (pid: number) => places.delete(pid),
    set: (file: string, text: string) => files.set(file, text),
    written,
  };
}
