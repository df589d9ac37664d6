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

describe('the hosts that MongoDB knows', () => {
  it('are the others that run, with what serves and what an operator drains', async () => {
    const wish = { _id: 'beta', host: 'beta', isDrained: true, askedAt: new Date() };
    const long = new Date(Date.now() - 60_000);
    const list = createAnnounced(
      {
        all: async () => [
          record('alpha', 'api-0'),
          record('beta', 'api-0'),
          record('beta', 'api-1', { serving: false }),
          record('beta', 'worker-0'),
          record('gamma', 'api-0', { lastSeen: long }),
          wish,
        ],
      },
      'alpha',
    );
    expect(await list()).toEqual([
      { name: 'beta', place: 'beta', apiWorkers: 2, serving: 1, jobWorkers: 1, isDrained: true },
    ]);
  });

  it('are asked for once in two seconds, and are unknown while MongoDB is away', async () => {
    let asked = 0;
    const list = createAnnounced(
      {
        all: async () => {
          asked += 1;
          throw new Error('MongoDB is away');
        },
      },
      'alpha',
    );
    expect([await list(), await list(), asked]).toEqual([null, null, 1]);
  });
});
