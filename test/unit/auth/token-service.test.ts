import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { createTokenService } from '../../../src/auth/token-service';
import { keyOf, type Key } from '../../../src/keys/key-list';
import { fixedKeys, type KeyRing } from '../../../src/keys/key-ring';
import type { Principal } from '../../../src/people/principal';

const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];
const user: Principal = { id: '0123456789abcdef01234567', role: 'worker' };

/** Creates a token service whose keys a test can change. */
function setUp(keys: Key[]) {
  let ring = fixedKeys(keys);
  const changing: KeyRing = {
    current: () => ring.current(),
    accepted: () => ring.accepted(),
    known: () => ring.known(),
  };
  const change = (next: Key[]) => (ring = fixedKeys(next));
  return { tokens: createTokenService({ keys: changing, ttlSeconds: 60 }), change };
}

describe('the tokens', () => {
  it('name the key that signed them, and never contain it', () => {
    const token = setUp([keyOf(NEW)]).tokens.issue(user);
    const { header } = jwt.decode(token, { complete: true })!;
    expect(header).toMatchObject({ alg: 'HS256', kid: keyOf(NEW).id });
    expect(Buffer.from(token.split('.')[0]!, 'base64url').toString()).not.toContain(NEW);
  });

  it('are accepted throughout both steps of a rotation', () => {
    const { tokens, change } = setUp([keyOf(OLD)]);
    const before = tokens.issue(user);
    change([keyOf(OLD), keyOf(NEW, { isNext: true })]);
    const during = tokens.issue(user);
    change([keyOf(NEW), keyOf(OLD, { until: Date.now() + 60_000 })]);
    const after = tokens.issue(user);
    for (const token of [before, during, after]) expect(tokens.verify(token)).toEqual(user);
    expect(jwt.decode(after, { complete: true })!.header.kid).toBe(keyOf(NEW).id);
  });

  it('end with the time of their key, also those that were verified before', () => {
    jest.useFakeTimers();
    try {
      const { tokens, change } = setUp([keyOf(OLD)]);
      const [seen, unseen] = [tokens.issue(user), tokens.issue({ ...user, role: 'Admin' })];
      change([keyOf(NEW), keyOf(OLD, { until: Date.now() + 5_000 })]);
      expect(tokens.verify(seen)).toEqual(user);
      jest.advanceTimersByTime(5_001);
      for (const token of [seen, unseen]) expect(() => tokens.verify(token)).toThrow('not valid here');
    } finally {
      jest.useRealTimers();
    }
  });

  it('end by the present lifetime if that was lowered, also those that were verified before', () => {
    jest.useFakeTimers();
    try {
      const keys = fixedKeys([keyOf(NEW)]);
      const [long, short] = [3_600, 60].map((ttlSeconds) => createTokenService({ keys, ttlSeconds }));
      const [seen, unseen] = [long!.issue(user), long!.issue({ ...user, role: 'Admin' })];
      expect(short!.verify(seen)).toEqual(user);
      jest.advanceTimersByTime(60_000);
      for (const token of [seen, unseen]) {
        expect(() => short!.verify(token)).toThrow('has expired');
        expect(long!.verify(token)).toMatchObject({ id: user.id });
      }
    } finally {
      jest.useRealTimers();
    }
  });

  it('do not outlive their session', () => {
    const { tokens } = setUp([keyOf(NEW)]);
    const [soon, later] = [30_000, 90_000].map((ms) => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + ms));
    const { token, expiresAt } = tokens.grant(user, soon);
    expect(expiresAt).toEqual(soon);
    expect(jwt.decode(token)).toMatchObject({ exp: soon!.getTime() / 1_000 });
    expect(tokens.grant(user, later).expiresAt.getTime()).toBeLessThan(later!.getTime());
  });

  it('of a version that named no key are tried with each', () => {
    const { tokens } = setUp([keyOf(NEW), keyOf(OLD, { until: Date.now() + 60_000 })]);
    const token = jwt.sign({ role: 'worker' }, OLD, {
      header: { alg: 'HS256', typ: 'at+jwt' },
      subject: user.id,
      issuer: 'taskfleet',
      audience: 'taskfleet-api',
      expiresIn: 60,
    });
    expect(tokens.verify(token)).toEqual(user);
  });

  it.each(['another key', 7, null])('are refused if they name the key %p, which no list has', (kid) => {
    const { tokens } = setUp([keyOf(NEW)]);
    const [, payload] = tokens.issue(user).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid })).toString('base64url');
    const input = `${header}.${payload}`;
    const token = `${input}.${createHmac('sha256', NEW).update(input).digest('base64url')}`;
    expect(() => tokens.verify(token)).toThrow('not valid here');
  });
});
