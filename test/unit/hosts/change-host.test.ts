import { stopMsOf } from '../../../src/config/time-limits';
import { createChangeHost, FOLLOW_MS } from '../../../src/hosts/change-host';
import type { HostRecord } from '../../../src/hosts/host-model';

const DIES_SOON_MS = 14_500;
let records: Map<string, HostRecord>;
let said: string[];
let timers: NodeJS.Timeout[];

beforeEach(() => {
  records = new Map();
  said = [];
  timers = [];
});
afterEach(() => timers.forEach((timer) => clearInterval(timer)));

/** Writes the record of a process, last seen so long ago. */
function seen(
  host: string,
  process: string,
  { agoMs = 0, ...more }: Partial<HostRecord> & { agoMs?: number } = {},
) {
  const _id = `${host}/${process}@here`;
  const record = { _id, host, process, place: 'here', serving: true, followed: false };
  const lastSeen = new Date(Date.now() - agoMs);
  records.set(_id, { ...record, ...more, startedAt: lastSeen, lastSeen });
}

/** Announces a process again and again, which does what is wanted of its host. */
function living(host: string, process: string, serving?: boolean) {
  const announce = () => {
    const followed = records.get(host)?.isDrained ?? false;
    seen(host, process, { followed, serving: serving ?? !followed });
  };
  announce();
  timers.push(setInterval(announce, 100));
}

const drain = (name: string, options = {}) =>
  createChangeHost({
    hosts: {
      all: async () => [...records.values()],
      want: async (host, isDrained) => {
        records.set(host, { _id: host, host, isDrained, askedAt: new Date() });
      },
      skewMs: async () => 0,
    },
    lock: {
      within: async (_, work) => {
        await work(new AbortController().signal);
        return true;
      },
    },
    askNginx: async () => [{ name: 'edge', passesToOthers: true }],
    say: (text) => said.push(text),
    followMs: 10_000,
    hearMs: 1_500,
    ...options,
  }).drain(name);

describe('a drain of a host', () => {
  it('does not count on another host that was killed a few seconds ago', async () => {
    living('first', 'api-0');
    seen('second', 'api-0', { agoMs: 5_000 });
    await expect(drain('first')).rejects.toThrow(/No other host serves/);
    expect(records.has('first')).toBe(false);
  });

  it('counts on a host that announces itself meanwhile, and not on one that is drained or does not serve', async () => {
    living('first', 'api-0');
    living('second', 'api-0', false);
    records.set('third', { _id: 'third', host: 'third', isDrained: true });
    living('third', 'api-0', true);
    await expect(drain('first')).rejects.toThrow(/No other host serves/);
    living('fourth', 'api-0');
    await drain('first');
    expect(records.get('first')?.isDrained).toBe(true);
  });

  it('is refused if an NGINX passes no request to a host that is not drained', async () => {
    living('first', 'api-0');
    living('second', 'api-0');
    records.set('third', { _id: 'third', host: 'third', isDrained: true });
    seen('third', 'api-0', { place: 'there' });
    const asked: string[][] = [];
    const askNginx = async (leftOut: Set<string>) => {
      asked.push([...leftOut].sort());
      return [
        { name: 'edge-1', passesToOthers: true },
        { name: 'edge-2', passesToOthers: false },
      ];
    };
    await expect(drain('first', { askNginx })).rejects.toThrow(
      /^NGINX at edge-2 passes no request to another host.*API_HOSTS.*hosts drain first --force$/,
    );
    expect(asked).toEqual([['here', 'there']]);
    expect(records.has('first')).toBe(false);
  });

  it('says what was not checked without NGINX, and if it does not answer', async () => {
    const notChecked = expect.stringMatching(/whether NGINX passes requests to another host was not checked/);
    for (const [askNginx, reason] of [
      [undefined, /^BALANCER_URL is not set/],
      [async () => [{ name: 'edge', passesToOthers: undefined }], /^NGINX at edge does not answer/],
    ] as const) {
      records.clear();
      said = [];
      living('first', 'api-0');
      living('second', 'api-0');
      await drain('first', { askNginx });
      expect(said).toEqual([notChecked]);
      expect(said[0]).toMatch(reason);
      expect(records.get('first')?.isDrained).toBe(true);
    }
  });

  it('fails if a process falls silent before it has drained', async () => {
    living('first', 'api-0');
    living('second', 'api-0');
    seen('second', 'api-1', { agoMs: DIES_SOON_MS });
    await expect(drain('second')).rejects.toThrow(
      /^api-1 of second was not heard of since .*: it died or is cut off/,
    );
  });

  it('succeeds if a process ends in order meanwhile', async () => {
    living('first', 'api-0');
    living('second', 'api-0');
    seen('second', 'api-1');
    setTimeout(() => records.delete('second/api-1@here'), 1_000);
    await drain('second');
  });

  it('says which processes were silent before', async () => {
    living('first', 'api-0');
    living('second', 'api-0');
    seen('second', 'api-1', { agoMs: 60_000 });
    await drain('second');
    expect(said).toEqual([expect.stringMatching(/^api-1 of second has not reported for 15 s/)]);
  });

  it('waits longer than a worker with the longest DRAIN_MS takes', () => {
    expect(FOLLOW_MS).toBeGreaterThan(60_000 + stopMsOf(60_000));
  });
});
