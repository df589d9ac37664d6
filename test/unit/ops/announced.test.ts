import type { HostRecord } from '../../../src/hosts/host-model';
import { createAnnounced } from '../../../src/ops/view/announced';

const record = (host: string, process: string, more: Partial<HostRecord> = {}): HostRecord => ({
  _id: `${host}/${process}@${host}`,
  host,
  process,
  place: host,
  serving: true,
  lastSeen: new Date(),
  startedAt: new Date(),
  ...more,
});

/** What a host lists whose clock is so far ahead of MongoDB's. */
const listedBy = (records: HostRecord[], skewMs = 0) =>
  createAnnounced({ all: async () => records, skewMs: async () => skewMs }, 'alpha')();

describe('the hosts that MongoDB knows', () => {
  it('are the others that run, with what serves and what an operator drains', async () => {
    const wish = { _id: 'beta', host: 'beta', isDrained: true, askedAt: new Date() };
    const long = new Date(Date.now() - 60_000);
    const records = [
      record('alpha', 'api-0'),
      record('beta', 'api-0'),
      record('beta', 'api-1', { serving: false }),
      record('beta', 'worker-0'),
      record('gamma', 'api-0', { lastSeen: long }),
      wish,
    ];
    expect(await listedBy(records)).toEqual([
      { name: 'beta', place: 'beta', apiWorkers: 2, serving: 1, jobWorkers: 1, isDrained: true },
    ]);
  });

  it('are judged by the clock of MongoDB, however far that of this host is ahead', async () => {
    const records = [record('beta', 'api-0', { lastSeen: new Date(Date.now() - 60_000) })];
    expect(await listedBy(records)).toEqual([]);
    expect(await listedBy(records, 60_000)).toMatchObject([{ name: 'beta' }]);
  });

  it('are asked for once in two seconds, and are unknown while MongoDB is away', async () => {
    let asked = 0;
    const list = createAnnounced(
      {
        all: async () => {
          asked += 1;
          throw new Error('MongoDB is away');
        },
        skewMs: async () => 0,
      },
      'alpha',
    );
    expect([await list(), await list(), asked]).toEqual([null, null, 1]);
  });
});
