import { chooseLimit, parseThrottled } from '../../../tools/quota/cpu-limit';
import { findHierarchy, folderOf } from '../../../src/process/cgroup';
import type { CgroupFiles } from '../../../tools/quota/hierarchy';
import { openQuota, releaseQuotas, type Quota } from '../../../tools/quota/quota';
import { createFakeCgroups } from '../../support/fake-cgroups';

const OWN = '/user.slice/session-1.scope';
const GROUPS = ['/user.slice', OWN];
const prefix = `taskfleet-bench-${process.pid}-test-`;
/** An id above the kernel's largest, which no process has. */
const NOBODY = 5_000_000;

const systems = {
  1: () => createFakeCgroups({ version: 1, own: OWN, groups: GROUPS, processes: [11, 12, 13] }),
  2: () => createFakeCgroups({ version: 2, own: OWN, groups: GROUPS, processes: [11, 12, 13] }),
};

async function open(files: CgroupFiles): Promise<Quota> {
  const quota = await openQuota('test', files);
  if ('reason' in quota) throw new Error(quota.reason);
  return quota;
}

describe.each([1, 2] as const)('a quota by control groups of version %i', (version) => {
  // Version 2 limits nothing below a group with processes, so the parent is the group above.
  const parent = version === 1 ? OWN : '/user.slice';

  it('holds processes, and moves them back to the groups from which they came', async () => {
    const system = systems[version]();
    const quota = await open(system.kernel);
    quota.hold('a', [11, 12], 0.05);
    expect([11, 12, 13].map(system.place)).toEqual([`${parent}/${prefix}a`, `${parent}/${prefix}a`, OWN]);
    const limit =
      version === 1 ? ['cpu.cfs_period_us 20000', 'cpu.cfs_quota_us 1000'] : ['cpu.max 1000 20000'];
    expect(system.written.slice(-limit.length)).toEqual(limit);
    await quota.release();
    expect([11, 12].map(system.place)).toEqual([OWN, OWN]);
    expect(system.limited()).toEqual([]);
  });

  it('can be changed, and notices the end of a process', async () => {
    const system = systems[version]();
    const quota = await open(system.kernel);
    quota.hold('a', [11], 0.05);
    quota.hold('a', [11], 0.5);
    expect(system.written.at(-1)).toBe(version === 1 ? 'cpu.cfs_quota_us 5000' : 'cpu.max 5000 10000');
    expect(quota.holds('a', 11)).toBe(true);
    system.end(11);
    expect(quota.holds('a', 11)).toBe(false);
    quota.hold('a', [11, 12], 0.5);
    expect(system.place(12)).toBe(`${parent}/${prefix}a`);
    await quota.release();
    expect(system.limited()).toEqual([]);
  });

  it('counts how long its processes were throttled', async () => {
    const system = systems[version]();
    const quota = await open(system.kernel);
    quota.hold('a', [11], 0.05);
    const time = version === 1 ? 'throttled_time 1500000000' : 'throttled_usec 1500000';
    system.set(`${parent}/${prefix}a/cpu.stat`, `nr_periods 100\nnr_throttled 90\n${time}\nnr_bursts 7\n`);
    expect(quota.throttled('a')).toEqual({ periods: 100, throttledPeriods: 90, throttledMs: 1_500 });
  });

  it('removes what a killed bench has left, and nothing of one that runs', async () => {
    const left = `/user.slice/taskfleet-bench-${NOBODY}-scaling-api-0`;
    const foreign = `/user.slice/taskfleet-bench-${process.ppid}-scaling-api-0`;
    const groups = [...GROUPS, left, foreign];
    const system = createFakeCgroups({ version, own: OWN, groups, processes: [11, 12] });
    system.kernel.write(
      `${version === 1 ? '/sys/fs/cgroup/cpu' : '/sys/fs/cgroup'}${left}/cgroup.procs`,
      '11',
    );
    await releaseQuotas(system.kernel);
    expect(system.limited()).toEqual([foreign]);
    expect(system.place(11)).not.toBe(left);
  });

  it.each([
    ['EROFS', 'read-only'],
    ['EACCES', 'this user may not write'],
    ['EPERM', 'this user may not write'],
    ['ENOENT', 'the CPU controller is missing'],
  ])('that fails with %s has a reason', async (refusal, reason) => {
    const system = createFakeCgroups({ version, own: OWN, groups: GROUPS, processes: [11], refusal });
    expect(await openQuota('test', system.kernel)).toEqual({
      reason: expect.stringContaining(reason) as string,
    });
    expect(system.limited()).toEqual([]);
  });
});

describe('quotas', () => {
  it('are not available on other systems than Linux', async () => {
    const read = () => {
      throw new Error('ENOENT');
    };
    const kernel = { ...systems[1]().kernel, read };
    expect(await openQuota('test', kernel)).toHaveProperty('reason');
    await releaseQuotas(kernel);
  });

  it('take the shortest period that gives the kernel its lowest quota', () => {
    expect(chooseLimit(0.5)).toEqual({ quotaUs: 5_000, periodUs: 10_000 });
    expect(chooseLimit(0.1)).toEqual({ quotaUs: 1_000, periodUs: 10_000 });
    expect(chooseLimit(0.025)).toEqual({ quotaUs: 1_000, periodUs: 40_000 });
    expect(() => chooseLimit(0)).toThrow('0 cores');
    expect(() => chooseLimit(0.0001)).toThrow('0.0001 cores');
  });

  it('that never throttled count 0', () => {
    expect(parseThrottled('nr_periods 0\n')).toEqual({ periods: 0, throttledPeriods: 0, throttledMs: 0 });
  });
});

describe('the hierarchy of control groups', () => {
  const unified = '40 30 0:30 / /sys/fs/cgroup/unified rw shared:4 - cgroup2 cgroup2 rw';
  const cpu = '38 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu';
  const memory = '39 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory';

  it('is of version 1 if that has the CPU controller', () => {
    expect(findHierarchy([unified, memory, cpu, ''].join('\n'))).toMatchObject({
      version: 1,
      mountPoint: '/sys/fs/cgroup/cpu',
    });
    expect(findHierarchy([memory, unified].join('\n'))).toMatchObject({ version: 2 });
    expect(findHierarchy(memory)).toBeUndefined();
  });

  it('finds a group below the mounted one, as in a container', () => {
    const hierarchy = { version: 1, mountPoint: '/cg', root: '/docker/abc' } as const;
    expect(folderOf(hierarchy, '3:cpu,cpuacct:/docker/abc/inner\n')).toBe('/cg/inner');
    expect(folderOf(hierarchy, '3:cpu,cpuacct:/docker/abc\n')).toBe('/cg');
    expect(folderOf(hierarchy, '3:cpu,cpuacct:/elsewhere\n')).toBe('/cg');
    expect(folderOf({ version: 2, mountPoint: '/cg', root: '/' }, '3:cpu:/a\n0::/b/c\n')).toBe('/cg/b/c');
  });
});
