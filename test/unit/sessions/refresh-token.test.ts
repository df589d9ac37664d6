import { keyOf } from '../../../src/keys/key-list';
import { fixedKeys } from '../../../src/keys/key-ring';
import { createSuccessors, familyOf, firstToken, newIds } from '../../../src/sessions/refresh-token';

const [OLD, NEW] = [keyOf('o'.repeat(32)), keyOf('n'.repeat(32))];

describe('a refresh token', () => {
  it('names its family, and is another one each time', () => {
    const family = newIds().family;
    const [one, other] = [firstToken(family), firstToken(family)];
    expect([familyOf(one), familyOf(other)]).toEqual([family, family]);
    expect(one).not.toBe(other);
  });

  it.each(['', 'tfr_', `tfr_${'g'.repeat(24)}_${'a'.repeat(43)}`, `tfr_${'a'.repeat(24)}_${'a'.repeat(42)}`])(
    'is not %j',
    (text) => {
      expect(familyOf(text)).toBeUndefined();
    },
  );
});

describe('the successor of a refresh token', () => {
  const token = firstToken(newIds().family);

  it('is the same on every worker with the same keys, and of the same family', () => {
    const [one, other] = [createSuccessors(fixedKeys([NEW])), createSuccessors(fixedKeys([NEW]))];
    expect(one.next(token)).toEqual(other.next(token));
    expect(familyOf(one.next(token).token)).toBe(familyOf(token));
    expect(one.next(token).token).not.toBe(token);
  });

  it('cannot be derived with another key', () => {
    const [old, fresh] = [createSuccessors(fixedKeys([OLD])), createSuccessors(fixedKeys([NEW]))];
    expect(old.next(token).token).not.toBe(fresh.next(token).token);
  });

  it('is derived again after a rotation of the keys, also once the old key has ended', () => {
    const before = createSuccessors(fixedKeys([OLD])).next(token);
    const after = createSuccessors(fixedKeys([NEW, { ...OLD, until: Date.now() - 1 }]));
    expect(after.again(token, before.keyId)).toBe(before.token);
  });

  it('is unknown to a worker that does not have the key', () => {
    const before = createSuccessors(fixedKeys([OLD])).next(token);
    expect(createSuccessors(fixedKeys([NEW])).again(token, before.keyId)).toBeUndefined();
  });
});
