import { judgeHosts } from '../../../src/doctor/judge-hosts';
import { judgeFit } from '../../../src/hosts/judge-fit';
import { hostTable } from '../../../src/hosts/host-table';
import { hostsOf, type ListedHost } from '../../../src/hosts/list-hosts';
import type { HostRecord } from '../../../src/hosts/host-model';
import { placeOf } from '../../../src/hosts/place';
import { keyOf } from '../../../src/keys/key-list';

const now = Date.now();
const host = (name: string, more: Partial<ListedHost> = {}): ListedHost => ({
  name,
  place: `at-${name}`,
  address: '10.0.0.11',
  apiWorkers: [{ name: 'api-0', port: 4001, serving: true, followed: false }],
  jobWorkers: [],
  builds: ['abcd1234'],
  versions: ['1.0.0'],
  keyIds: ['k1'],
  keyPrefix: 'taskfleet',
  skewMs: 3,
  lastSeenMs: 1_000,
  isGone: false,
  ...more,
});
const saidOf = (...hosts: ListedHost[]) => judgeHosts(hosts).map(({ level, says }) => `${level}: ${says}`);

describe('the doctor about hosts', () => {
  it('is content with hosts that agree', () => {
    expect(saidOf(host('first'), host('second'))).toEqual(['ok: 2 hosts agree']);
    expect(saidOf()).toEqual([]);
  });

  it.each<[string, Partial<ListedHost>, RegExp]>([
    [
      'another build',
      { builds: ['ffff0000'] },
      /^warning: Not all hosts run the same build: first abcd1234, second ffff0000/,
    ],
    [
      'other keys',
      { keyIds: ['k2'] },
      /^error: Tokens of first are refused by second, which lacks the key k1/,
    ],
    ['another prefix', { keyPrefix: 'other' }, /^error: KEY_PREFIX differs/],
    ['a clock 1.5 s ahead', { skewMs: 1_500 }, /^warning: The clock of second is 1500 ms ahead/],
    ['a clock 3 s behind', { skewMs: -3_000 }, /^error: The clock of second is 3000 ms behind .*maximum/],
    ['an operator’s drain', { drainedSince: new Date(now) }, /^warning: second is drained/],
    [
      'its death',
      { isGone: true, lastSeenMs: 60_000 },
      /^warning: second stopped announcing itself 60 s ago/,
    ],
    ['the name of the other', { name: 'first', address: '10.0.0.12' }, /^warning: 2 hosts are called first/],
  ])('reports %s', (_, more, expected) => {
    expect(saidOf(host('first'), host('second', more))).toEqual(
      expect.arrayContaining([expect.stringMatching(expected)]),
    );
  });

  it('does not count a drained or dead host among those that disagree', () => {
    expect(saidOf(host('first'), host('second', { isGone: true, builds: ['old'] }))).toHaveLength(1);
  });
});

describe('the list of hosts', () => {
  it('has 80 columns whatever the names and addresses are', () => {
    const long = host('a-name-of-a-host-that-is-very-long-indeed', {
      address: 'fd00:1234:5678:9abc:def0::1',
      skewMs: -123_456_789,
      builds: ['a', 'b'],
      lastSeenMs: 9e7,
    });
    for (const line of hostTable([host('first'), long])) expect(line.length).toBeLessThanOrEqual(80);
    expect(hostTable([host('first')])[1]).toBe(
      'first          10.0.0.11:4001       1   0    abcd1234 1 s   +3 ms   serves',
    );
  });

  it('shows only ports that serve, and brackets around an IPv6 address', () => {
    const ports = (address: string, ...all: number[]) =>
      host('first', {
        address,
        apiWorkers: all.map((port) => ({ name: 'api-0', port, serving: true, followed: false })),
      });
    expect(hostTable([ports('::2', 4003, 4001)])[1]).toContain(' [::2]:4001,[::2]:');
    expect(hostTable([ports('fd00::2', 4002, 4001)])[1]).toContain(' [fd00::2]:4001-4002 ');
  });

  it('shows a host that is drained and has no process', () => {
    const wish = { _id: 'second', host: 'second', isDrained: true, askedAt: new Date(now) } as HostRecord;
    expect(hostsOf([wish], now)).toMatchObject([
      { name: 'second', isGone: true, drainedSince: wish.askedAt },
    ]);
  });
});

describe('a host beside others', () => {
  const key = keyOf('x'.repeat(32));
  const own = {
    host: '10.0.0.12',
    hostName: 'second',
    runDir: '/run/2',
    keyPrefix: 'taskfleet',
    jwtKeys: [key],
  };

  const fits = { faults: [], warnings: [] };

  it('fits if it shares a key and the prefix', () => {
    expect(judgeFit(own, [host('first', { keyIds: ['old', key.id] })])).toEqual(fits);
    expect(judgeFit(own, [])).toEqual(fits);
  });

  it('does not fit with other keys or another prefix', () => {
    expect(judgeFit({ ...own, keyPrefix: 'shop' }, [host('first')])).toEqual({
      warnings: [],
      faults: [
        expect.stringMatching(/none of those of first \(k1\)/),
        expect.stringMatching(/KEY_PREFIX is shop here and taskfleet on first/),
      ],
    });
  });

  it('serves beside a host that died with other keys, with a warning', () => {
    const dead = host('old', { isGone: true, keyIds: ['gone'] });
    const { faults, warnings } = judgeFit(own, [dead]);
    expect(faults).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/none of those of old \(gone\).* But old is gone/)]);
  });

  it('is not compared with itself at another address, or before it died', () => {
    const before = { host: '10.0.0.99', runDir: own.runDir };
    const moved = host('second', { place: placeOf(before), address: before.host, keyIds: ['before'] });
    const died = host('second', { isGone: true, keyIds: ['before'] });
    expect(judgeFit(own, [moved, died])).toEqual(fits);
  });

  it('is compared with another host of its name', () => {
    expect(judgeFit(own, [host('second')]).faults).toHaveLength(1);
  });
});
