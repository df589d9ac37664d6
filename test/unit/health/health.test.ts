import { setTimeout as sleep } from 'node:timers/promises';
import { createHealth } from '../../../src/health/health';

const url = 'mongodb://ada:secret@db.example:27017/taskfleet';

const askOf = (ping: () => Promise<void>) => {
  const health = createHealth({ about: {}, required: { mongodb: { ping, url } }, optional: {} });
  return async () => {
    const began = performance.now();
    const { dependencies } = await health.report();
    return { ms: performance.now() - began, ...dependencies.mongodb! };
  };
};

describe('a health check', () => {
  it('answers before a probe of 2 s gives up, and reports at most the time it gave the server', async () => {
    const ask = askOf(async () => {
      await sleep(1_900);
      throw new Error('connect ECONNREFUSED 10.0.0.7:27017');
    });
    // A busy process runs its timers late, which delays the end.
    const timerOfLimit = sleep(1_500).then(() => performance.now());
    const began = performance.now();
    const first = await ask();
    const limitMs = (await timerOfLimit) - began;
    expect(first).toMatchObject({
      status: 'down',
      latencyMs: 1_500,
      error: 'no answer from db.example:27017 in time',
    });
    expect(first.ms).toBeLessThan(1.2 * limitMs);
    // It joins the check under way, whose result is then kept for a moment.
    for (const answer of [await ask(), await ask()])
      expect(answer).toMatchObject({
        status: 'down',
        latencyMs: 1_500,
        error: 'no connection to db.example:27017 (ECONNREFUSED)',
      });
  });

  it('treats a late answer as none', async () => {
    const ask = askOf(() => sleep(1_700));
    await ask();
    expect(await ask()).toMatchObject({ status: 'down', latencyMs: 1_500 });
  });
});

describe('readiness', () => {
  const healthOf = (isBalanced: boolean) => {
    const mongodb = { ping: async () => {}, url };
    return createHealth({ about: {}, required: { mongodb }, optional: {}, isBalanced });
  };

  it('ends as soon as a worker drains, unless another one has its port or NGINX passes it over', async () => {
    const health = healthOf(false);
    expect(await health.canServe()).toBe(true);
    health.watch(() => true);
    expect(await health.canServe()).toBe(false);
    health.replaced();
    expect(await health.canServe()).toBe(true);

    const balanced = healthOf(true);
    balanced.watch(() => true);
    expect(await balanced.canServe()).toBe(true);
  });
});
