import type { Load } from '../../../src/control/protocol';
import { createSampler } from '../../../ops/autoscale/look';

const load: Load = {
  activeMs: 0,
  idleMs: 0,
  answered: 0,
  hashed: 0,
  hashWaitMs: 0,
  hashThreads: 1,
  serving: true,
};
const worker = (instance: number, counters?: Partial<Load>, pid = instance + 1) => ({
  name: `api-${instance}`,
  pid,
  file: `api-${instance}.${pid}`,
  load: counters && { ...load, ...counters },
});

describe('the sampler of the autoscaler', () => {
  it('makes the sample of a second from the counters of two looks', () => {
    const sample = createSampler();
    sample([worker(0, { answered: 50 }), worker(1, {})], 1_000);
    const second = [
      worker(0, { activeMs: 900, idleMs: 100, answered: 250, hashed: 4, hashWaitMs: 30 }),
      worker(1, { activeMs: 100, idleMs: 900, answered: 40, hashWaitMs: 70, hashThreads: 2 }),
    ];
    // Late, as on a busy host: the rates are those of the second that the workers counted.
    expect(sample(second, 4_000)).toEqual({
      at: 4_000,
      ms: 3_000,
      workers: 2,
      utilisation: 0.5,
      answered: 240,
      hashed: 4,
      hashWaitMs: 70,
      hashThreads: 3,
    });
  });

  it('takes a worker that does not answer for one that is full, and catches up with its counters', () => {
    const sample = createSampler();
    sample([worker(0, {})], 0);
    expect(sample([worker(0)], 2_000)).toMatchObject({ utilisation: 1, answered: 0 });
    const after = sample([worker(0, { activeMs: 3_000, idleMs: 1_000, answered: 400 })], 4_000);
    expect(after).toMatchObject({ utilisation: 0.75, answered: 100 });
  });

  it.each([
    ['no API worker runs', []],
    ['a worker has just begun', [worker(0, {}), worker(1, {})]],
    ['a worker is being replaced', [worker(0, {}), worker(0, {}, 9)]],
    ['api-0 starts or is drained', [worker(0, { serving: false })]],
  ])('makes no sample while %s', (missing, asked) => {
    const sample = createSampler();
    sample([worker(0, {})], 0);
    expect(sample(asked, 1_000)).toEqual({ missing });
  });
});
