import { keyOf } from '../../../src/keys/key-list';
import { fixedKeys } from '../../../src/keys/key-ring';
import {
  createSuccessors,
  digestOf,
  firstToken,
  newSessionId,
  sessionIdOf,
} from '../../../src/sessions/refresh-token';

const [OLD, NEW] = [keyOf('o'.repeat(32)), keyOf('n'.repeat(32))];

describe('a refresh token', () => {
  it('names its session, and is another one each time', () => {
    const id = newSessionId();
    const [one, other] = [firstToken(id), firstToken(id)];
    expect([sessionIdOf(one), sessionIdOf(other)]).toEqual([id, id]);
    expect(one).not.toBe(other);
    expect(digestOf(one)).not.toBe(digestOf(other));
  });

  it.each(['', 'tfr_', `tfr_${'g'.repeat(24)}_${'a'.repeat(43)}`, `tfr_${'a'.repeat(24)}_${'a'.repeat(42)}`])(
    'is not %j',
    (text) => {
      expect(sessionIdOf(text)).toBeUndefined();
    },
  );
});

describe('the successor of a refresh token', () => {
  const token = firstToken(newSessionId());

  it('is the same on every worker with the same keys, and of the same session', () => {
    const [one, other] = [createSuccessors(fixedKeys([NEW])), createSuccessors(fixedKeys([NEW]))];
    expect(one.next(token)).toEqual(other.next(token));
    expect(sessionIdOf(one.next(token).token)).toBe(sessionIdOf(token));
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
