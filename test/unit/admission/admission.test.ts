import { setTimeout as sleep } from 'node:timers/promises';
import { createAdmission } from '../../../src/admission/admission';
import { OverloadError } from '../../../src/problems/errors';

function admissionAt({ standing = 0, recent = 0 } = {}) {
  const refused: string[] = [];
  const late = { standing, recent };
  const admission = createAdmission({
    lateness: { nowMs: () => 0, standingMs: () => late.standing, recentMs: () => late.recent },
    refused: (of, reason) => void refused.push(`${of} ${reason}`),
  });
  return { admission, refused, late };
}

describe('admission', () => {
  it('refuses work, and later reads, if the event loop stays late', async () => {
    const { admission, refused, late } = admissionAt({ standing: 300 });
    await expect(admission.work('write', 'createTask', 'ada')).rejects.toThrow(OverloadError);
    await expect(admission.work('uncached', 'tasks', 'ada')).rejects.toThrow(OverloadError);
    admission.read('ada')();
    late.standing = 600;
    expect(() => admission.read('ada')).toThrow(OverloadError);
    expect(refused).toEqual(['write late', 'uncached late', 'cached-read late']);
    late.standing = 0;
    admission.read('ada')();
    expect(admission.reads()).toBe(0);
  });

  it.each([
    { recent: 0, most: 1_000 },
    { recent: 10, most: 101 },
    { recent: 100, most: 11 },
  ])('lets a client have $most reads under way of a worker that is $recent ms late', ({ recent, most }) => {
    const { admission, refused } = admissionAt({ recent });
    const reads = [];
    for (let i = 0; i < most; i++) reads.push(admission.read('much'));
    if (recent > 0) expect(() => admission.read('much')).toThrow(OverloadError);
    // Another client has its own share.
    admission.read('ada')();
    for (const done of reads) done();
    admission.read('much')();
    expect(refused).toEqual(recent > 0 ? ['cached-read share'] : []);
  });

  it('spreads Retry-After', async () => {
    const { admission } = admissionAt({ standing: 2_500 });
    const seconds = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const error = await admission.work('write', 'createTask', 'ada').catch((thrown: unknown) => thrown);
      seconds.add(Number((error as OverloadError).headers['Retry-After']));
    }
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(7);
    expect(seconds.size).toBeGreaterThan(2);
  });

  it('keeps the throughput, while a client with a thousand requests delays another by a few', async () => {
    const { admission, refused } = admissionAt();
    let done = 0;
    const work = async (key: string) => {
      const leave = await admission.work('write', 'createTask', key);
      await sleep(5);
      done += 1;
      leave();
    };
    const flood = Array.from({ length: 1_000 }, () => work('flood').catch(() => {}));
    await sleep(20);
    const before = done;
    await work('ada');
    expect(done - before).toBeLessThan(50);
    await Promise.all(flood);
    expect(done + refused.length).toBe(1_001);
    expect([admission.underWay(), admission.waiting()]).toEqual([0, 0]);
  });
});
