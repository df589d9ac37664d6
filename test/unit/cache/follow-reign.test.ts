import { followReign } from '../../../src/cache/follow-reign';
import { createLogger } from '../../../src/process/logger';

const SECOND = 1_000;
const logger = createLogger('silent', 'test');

/** The notice board of all workers, with what was put into force. */
function newBoard() {
  const changes: string[] = [];
  let inForce: string | undefined;
  return {
    changes,
    reignInForce: () => inForce,
    putInForce: async (id: string, before: string | undefined) => {
      if (inForce !== before) return;
      changes.push(id);
      inForce = id;
    },
  };
}

/** A worker whose address leads to `server.now`, to which it connects at once. */
function newWorker(board: ReturnType<typeof newBoard>, clock: { now: number }, server: { now: string }) {
  let connected: string | undefined = server.now;
  let reconnects = 0;
  const redis = {
    reign: () => (connected === undefined ? undefined : { id: connected, run: connected }),
    reconnect: () => {
      connected = server.now;
      reconnects += 1;
    },
    known: async () => {},
    isCluster: () => false,
  };
  const { tick } = followReign({ redis, board, logger, now: () => clock.now });
  return {
    tick,
    reconnects: () => reconnects,
    at: () => connected,
    lose: () => void (connected = undefined),
    connect: redis.reconnect,
  };
}

describe('a worker that follows the Redis in force', () => {
  const clock = { now: 0 };
  /** Lets all workers look ten times a second. */
  async function pass(seconds: number, workers: { tick: () => Promise<void> }[]) {
    for (let ticks = 0; ticks < seconds * 10; ticks++) {
      clock.now += 100;
      for (const { tick } of workers) await tick();
    }
  }

  it('puts the first one into force, and one that it finds after a failover', async () => {
    const board = newBoard();
    const server = { now: 'one' };
    const workers = [newWorker(board, clock, server), newWorker(board, clock, server)];
    await pass(1, workers);
    expect(board.changes).toEqual(['one']);
    server.now = 'two';
    // The second worker is still connected to the old one.
    workers[0]!.lose();
    await pass(1, workers);
    expect(board.changes).toEqual(['one']);
    workers[0]!.connect();
    await pass(2, workers);
    expect(board.changes).toEqual(['one', 'two']);
    expect(workers.map(({ at }) => at())).toEqual(['two', 'two']);
    await pass(3_600, workers);
    expect(board.changes).toEqual(['one', 'two']);
    expect(workers[1]!.reconnects()).toBe(1);
  });

  it('insists ever more rarely if its address leads to another one for good', async () => {
    const board = newBoard();
    const workers = ['one', 'two'].map((now) => newWorker(board, clock, { now }));
    await pass(3_600, workers);
    const inFirstHour = board.changes.length;
    expect(inFirstHour).toBeGreaterThan(4);
    expect(inFirstHour).toBeLessThan(40);
    await pass(3_600, workers);
    // Each of them once in ten minutes, with jitter, at most.
    expect(board.changes.length - inFirstHour).toBeLessThanOrEqual((2 * 3_600 * SECOND) / (450 * SECOND));
    for (const worker of workers) expect(worker.reconnects()).toBeLessThan(2 * 3_600);
  });
});
