import { createHeard } from '../../../src/ops/view/heard';
import { farewell, parseMessage, textOf } from '../../../src/ops/view/message';
import { buildApiStatus, buildJobWorkerStatus } from '../../support/api-status';

const own = { host: 'alpha', place: 'pl-alpha' };
const beta = { host: 'beta', place: 'pl--beta' };
const busy = buildApiStatus({
  release: '86dc6c4d-77ab1c2d',
  build: { version: '0.1.0', commit: '40ce2ba'.repeat(5), contract: '1.0.0' },
  keyIds: ['one', 'two'],
  memoryBytes: 123_456_789,
  startedAt: 1_795_775_216_107,
  requests: {
    total: 123_456,
    failed: 12,
    perSecond: 1_234.567_89,
    p50Ms: 1.234_567_89,
    p99Ms: 12.345_678_9,
    lateMs: 0.123_456_789,
    refused: ['write', 'upload'].map((kind) => ({
      class: kind,
      reason: 'wait',
      perSecond: 1,
      count: 12_345,
    })),
    cache: { hits: 12_345, misses: 1_234 },
    recent: Array.from({ length: 20 }, () => ({
      at: 1_795_775_216_107,
      method: 'DELETE',
      path: '/users/:id/script-tokens/:tokenId',
      status: 204,
      ms: 1.234_567_89,
      isRefused: false,
    })),
  },
});

describe('the message of a process', () => {
  it('has a few hundred bytes, also under load', () => {
    expect(Buffer.byteLength(textOf(beta, busy))).toBeLessThan(1_000);
    expect(Buffer.byteLength(textOf(beta, buildJobWorkerStatus()))).toBeLessThan(400);
  });

  it('is read again as it was written, without keys', () => {
    expect(parseMessage(textOf(beta, busy))).toMatchObject({
      ...beta,
      status: { name: 'api-0', kind: 'api' },
    });
    expect(textOf(beta, busy)).not.toMatch(/keyIds/);
  });

  const text = textOf(beta, busy);
  it.each([
    ['is no JSON', 'nonsense'],
    ['is cut off', text.slice(0, -2)],
    ['is too long', `${text.slice(0, -1)},"more":"${'x'.repeat(5_000)}"}`],
    ['has a host that is no name', textOf({ ...beta, host: '<b>' }, busy)],
    ['has a place that is none', textOf({ ...beta, place: '../../etc' }, busy)],
    ['has a worker that is no name', textOf(beta, buildApiStatus({ name: 'api-0/../..' }))],
    ['lacks what it must have', text.replace('"draining":false,', '')],
    ['has a text for a number', text.replace('"total":123456', '"total":"1"')],
  ])('is not believed if it %s', (_, wrong) => {
    expect(parseMessage(wrong)).toBeUndefined();
  });
});

describe('what is heard of other hosts', () => {
  let now = 0;
  const newHeard = () => createHeard({ own: () => own, now: () => now });
  const from = (host: string, number: number) => ({
    host,
    place: `pl-${String(number).padStart(5, '0')}`,
  });

  it('is grouped by host, in the order of names and ports', () => {
    const heard = newHeard();
    for (const host of [from('gamma', 1), beta])
      for (const port of [4_002, 4_001])
        heard.take(textOf(host, buildApiStatus({ name: `api-${port - 4_001}`, port })));
    heard.take(textOf(beta, buildJobWorkerStatus()));
    const { hosts } = heard.list();
    expect(hosts.map(({ name, workers, jobWorkers }) => [name, workers.length, jobWorkers.length])).toEqual([
      ['beta', 2, 1],
      ['gamma', 2, 0],
    ]);
    expect(hosts[0]!.workers.map(({ name }) => name)).toEqual(['api-0', 'api-1']);
  });

  it('ages by the time at which it came, and is forgotten in the end', () => {
    const heard = newHeard();
    heard.take(textOf(beta, busy));
    now += 12_000;
    expect(heard.list().hosts[0]!.workers[0]!.heardMs).toBe(12_000);
    now += 20_000;
    expect(heard.list().hosts).toEqual([]);
  });

  it('ends with a farewell of the same process', () => {
    const heard = newHeard();
    heard.take(textOf(beta, buildApiStatus({ pid: 7 })));
    heard.take(farewell(beta, { name: 'api-0', pid: 8 }));
    expect(heard.list().hosts).toHaveLength(1);
    heard.take(farewell(beta, { name: 'api-0', pid: 7 }));
    expect(heard.list().hosts).toEqual([]);
  });

  it('names hosts that have one name, and does not take itself for another', () => {
    const heard = newHeard();
    heard.take(textOf(own, busy));
    expect(heard.list().hosts).toEqual([]);
    heard.take(textOf({ ...own, place: 'elsewher' }, busy));
    heard.take(textOf(from('gamma', 1), busy));
    heard.take(textOf(from('gamma', 2), busy));
    heard.take(textOf(beta, busy));
    expect(heard.list().hosts.map(({ name, isDouble }) => [name, isDouble])).toEqual([
      ['alpha', true],
      ['beta', false],
      ['gamma', true],
      ['gamma', true],
    ]);
  });

  it('is bounded in hosts, processes and texts a second, and counts the rest', () => {
    const heard = newHeard();
    for (let number = 0; number < 60; number++) heard.take(textOf(from(`host-${number}`, number), busy));
    for (let number = 0; number < 400; number++)
      heard.take(textOf(from('host-0', 0), buildApiStatus({ pid: 10_000_000 + number })));
    const { hosts, leftOut } = heard.list();
    expect(hosts).toHaveLength(50);
    expect(hosts.flatMap(({ workers }) => workers)).toHaveLength(300);
    expect(leftOut).toBe(10 + 400 - 250);
    for (let count = 0; count < 1_000; count++) heard.take(textOf(from('host-1', 1), busy));
    expect(heard.list().ignored).toBe(460);
    now += 1_000;
    heard.take('nonsense');
    expect(heard.list().ignored).toBe(461);
  });
});
