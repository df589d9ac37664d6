import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { countCores } from '../../../src/process/cores';

/** A folder in the place of the kernel's files, so that paths and missing files are real. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'cores-'));
afterAll(() => rmSync(folder, { recursive: true }));
let fixtures = 0;

function count(files: Record<string, string>, machine = 64) {
  const root = path.join(folder, String((fixtures += 1)));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return countCores((file) => readFileSync(path.join(root, file), 'utf8'), machine);
}

const v2 = { '/proc/self/mountinfo': '30 20 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n' };
const v1 = (root = '/') => ({
  '/proc/self/mountinfo':
    '31 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n' +
    `32 30 0:29 ${root} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n`,
});

describe('the number of cores', () => {
  it.each([
    ['50000 100000', 1],
    ['100000 100000', 1],
    ['150000 100000', 2],
    ['400000 100000', 4],
    ['1000 100000', 1],
  ])('is the quota %s of the group that a container sees as the top, rounded up: %i', (quota, cores) => {
    const files = { ...v2, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': `${quota}\n` };
    expect(count(files)).toEqual({ count: cores, from: 'quota' });
  });

  it('is the least quota of the own group and those above it', () => {
    const files = {
      ...v2,
      '/proc/self/cgroup': '0::/kubepods/pod1/main\n',
      '/sys/fs/cgroup/kubepods/cpu.max': '800000 100000\n',
      '/sys/fs/cgroup/kubepods/pod1/cpu.max': '250000 100000\n',
      '/sys/fs/cgroup/kubepods/pod1/main/cpu.max': 'max 100000\n',
    };
    expect(count(files)).toEqual({ count: 3, from: 'quota' });
  });

  it('is read of version 1, whether or not the container sees the groups of its host', () => {
    const quota = { 'cpu.cfs_quota_us': '150000\n', 'cpu.cfs_period_us': '50000\n' };
    const at = (place: string) =>
      Object.fromEntries(Object.entries(quota).map(([name, text]) => [`${place}/${name}`, text]));
    const own = { '/proc/self/cgroup': '5:memory:/docker/a1\n4:cpu,cpuacct:/docker/a1\n' };
    const onHost = { ...v1(), ...own, ...at('/sys/fs/cgroup/cpu,cpuacct/docker/a1') };
    const inContainer = { ...v1('/docker/a1'), ...own, ...at('/sys/fs/cgroup/cpu,cpuacct') };
    for (const files of [onHost, inContainer]) expect(count(files)).toEqual({ count: 3, from: 'quota' });
  });

  it.each([
    ['there is no control group', {}],
    [
      'the quota has no limit',
      { ...v2, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' },
    ],
    [
      'the quota of version 1 has no limit',
      {
        ...v1(),
        '/proc/self/cgroup': '4:cpu,cpuacct:/\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      },
    ],
    [
      'the quota is more than the machine has',
      { ...v2, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '9900000 100000\n' },
    ],
    [
      'the quota cannot be read',
      { ...v2, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max/x': 'a folder' },
    ],
  ])('is that of the machine if %s', (_, files) => {
    expect(count(files as Record<string, string>)).toEqual({ count: 64, from: 'machine' });
  });
});
