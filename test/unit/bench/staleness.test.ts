import { createStalenessJudge, versionOf } from '../../../tools/load/staleness';

describe('the judge of staleness', () => {
  it('calls an answer stale if it is older than a write acknowledged before its request', () => {
    const judge = createStalenessJudge();
    judge.acknowledge('a', 5);
    const isStale = judge.readBegins('a');
    expect(isStale(4)).toBe(true);
    expect(isStale(5)).toBe(false);
    expect(isStale(6)).toBe(false);
  });

  it('accepts either answer if the write was acknowledged during the read', () => {
    const judge = createStalenessJudge();
    judge.acknowledge('a', 4);
    const overlapping = judge.readBegins('a');
    judge.acknowledge('a', 5);
    expect(overlapping(4)).toBe(false);
    expect(overlapping(3)).toBe(true);
    expect(judge.readBegins('a')(4)).toBe(true);
  });

  it('keeps the newest version if acknowledgements come in another order', () => {
    const judge = createStalenessJudge();
    judge.acknowledge('a', 7);
    judge.acknowledge('a', 6);
    expect(judge.readBegins('a')(6)).toBe(true);
  });

  it('accepts every version of a task that was not written', () => {
    const judge = createStalenessJudge();
    judge.acknowledge('a', 7);
    expect(judge.readBegins('b')(1)).toBe(false);
  });

  it('reads versions from strong and weak tags', () => {
    expect(versionOf('"12.abcdefghijklmnop"')).toBe(12);
    expect(versionOf('W/"3.abcdefghijklmnop"')).toBe(3);
    expect(versionOf('"abcdefghijklmnop"')).toBeUndefined();
    expect(versionOf(undefined)).toBeUndefined();
  });
});
