import { isNeeded, shouldStepAside } from '../../../src/aside/outlier';
import type { Vitals } from '../../../src/control/protocol';

/** Measured at 0.7 × capacity: a worker limited to a tenth of a core, and its sibling. */
const held: Vitals = {
  lateMs: 78,
  cores: 0.1,
  utilisation: 1,
  serving: true,
  aside: false,
  servingForMs: 60_000,
};
const sibling: Vitals = { ...held, lateMs: 1, cores: 0.25, utilisation: 0.3 };

describe('a worker', () => {
  it('steps aside if it is held, and its sibling has room', () => {
    expect(shouldStepAside(held, [sibling])).toBe(true);
    expect(shouldStepAside(held, [sibling, { ...sibling, lateMs: 15 }])).toBe(true);
  });

  it('goes on serving if its own work makes it late', () => {
    expect(shouldStepAside({ ...held, cores: 0.9 }, [sibling])).toBe(false);
  });

  it('steps aside sooner if it waits for a core most of the time, and its siblings do not', () => {
    expect(shouldStepAside({ ...held, lateMs: 20 }, [sibling])).toBe(true);
    expect(shouldStepAside({ ...held, lateMs: 20, utilisation: 0.2 }, [sibling])).toBe(false);
    const starved = { ...sibling, cores: 0.05, utilisation: 0.4 };
    expect(shouldStepAside({ ...held, lateMs: 20 }, [starved])).toBe(false);
  });

  it('goes on serving if it is hardly late, or has just started', () => {
    expect(shouldStepAside({ ...held, lateMs: 10 }, [sibling])).toBe(false);
    expect(shouldStepAside({ ...held, servingForMs: 2_000 }, [sibling])).toBe(false);
  });

  it('goes on serving if its siblings are as late', () => {
    expect(shouldStepAside(held, [{ ...sibling, lateMs: 40 }])).toBe(false);
    expect(shouldStepAside(held, [{ ...sibling, lateMs: 78 }, sibling])).toBe(false);
  });

  it('goes on serving if its sibling has no room', () => {
    expect(shouldStepAside(held, [{ ...sibling, utilisation: 0.95 }])).toBe(false);
  });

  it('goes on serving if it is the last one in rotation', () => {
    expect(shouldStepAside(held, [])).toBe(false);
    expect(shouldStepAside(held, [{ ...sibling, serving: false }])).toBe(false);
  });

  it('goes on serving if a sibling is aside, has just started or cannot be asked', () => {
    const others: (Vitals | undefined)[] = [
      { ...sibling, serving: false, aside: true },
      { ...sibling, servingForMs: 2_000 },
      undefined,
    ];
    for (const other of others) expect(shouldStepAside(held, [sibling, other])).toBe(false);
  });
});

describe('a worker that stepped aside', () => {
  it('is needed if no sibling serves or answers', () => {
    expect(isNeeded(78, [])).toBe(true);
    expect(isNeeded(78, [undefined, { ...sibling, serving: false }])).toBe(true);
  });

  it('is needed if its siblings get half as late as it was', () => {
    expect(isNeeded(100, [{ ...sibling, lateMs: 60 }])).toBe(true);
    expect(isNeeded(100, [{ ...sibling, lateMs: 45 }])).toBe(false);
    expect(isNeeded(100, [sibling, { ...sibling, lateMs: 60 }])).toBe(false);
  });
});
