import { createVerifyScriptToken } from '../../../src/script-tokens/verify-script-token';
import { newScriptToken } from '../../../src/script-tokens/script-token';

const MINUTE = 60_000;

function createWorld(access: 'read' | 'write' = 'write') {
  const world = {
    now: Date.now(),
    looks: 0,
    uses: [] as number[],
    revoked: false,
    user: { _id: 'ada', role: 'worker', disabled: false, authVersion: 3 } as Record<string, unknown> | null,
    record: {
      _id: 'one',
      userId: 'ada',
      access,
      expiresAt: new Date(Date.now() + 10 * MINUTE),
      lastUsedAt: null,
    },
  };
  const verify = createVerifyScriptToken({
    scriptTokens: {
      byHash: async () => {
        world.looks += 1;
        return world.record;
      },
      used: async (_id: string, at: Date) => void world.uses.push(at.getTime()),
    },
    userById: async () => world.user,
    board: { isRevoked: ({ authVersion }: { authVersion: number }) => world.revoked && authVersion < 4 },
    now: () => world.now,
  } as never);
  return { world, verify };
}

describe('the check of a script token', () => {
  const token = newScriptToken();

  it('asks MongoDB once while it remembers the token', async () => {
    const { world, verify } = createWorld();
    for (let count = 0; count < 5; count++) {
      expect(await verify(token, 'GET')).toEqual({
        id: 'ada',
        role: 'worker',
        authVersion: 3,
        scriptTokenId: 'one',
      });
    }
    expect(world.looks).toBe(1);
  });

  it('refuses a token with a wrong checksum without asking MongoDB', async () => {
    const { world, verify } = createWorld();
    const wrong = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
    await expect(verify(wrong, 'GET')).rejects.toThrow('is not valid');
    expect(world.looks).toBe(0);
  });

  it('reads the user again after a notice about them', async () => {
    const { world, verify } = createWorld();
    await verify(token, 'GET');
    Object.assign(world, { revoked: true, user: { ...world.user, role: 'Admin', authVersion: 4 } });
    expect(await verify(token, 'GET')).toMatchObject({ role: 'Admin', authVersion: 4 });
    await verify(token, 'GET');
    expect(world.looks).toBe(2);
  });

  it.each([
    ['disabled', { disabled: true }],
    ['gone', null],
  ])('refuses the token of a user who is %s', async (_name, change) => {
    const { world, verify } = createWorld();
    world.user = change && { ...world.user, ...change };
    await expect(verify(token, 'GET')).rejects.toThrow('is not valid');
  });

  it('refuses a token that has expired, although it is remembered', async () => {
    const { world, verify } = createWorld();
    await verify(token, 'GET');
    world.now += 11 * MINUTE;
    world.record = null as never;
    await expect(verify(token, 'GET')).rejects.toThrow('has expired');
  });

  it('notes a use at most once a minute', async () => {
    const { world, verify } = createWorld();
    const began = world.now;
    for (let second = 0; second < 150; second += 10) {
      world.now = began + second * 1_000;
      await verify(token, 'GET');
    }
    expect(world.uses.map((at) => (at - began) / 1_000)).toEqual([0, 60, 120]);
  });

  it('allows a token for reading nothing but reads', async () => {
    const { verify } = createWorld('read');
    for (const method of ['GET', 'HEAD']) await verify(token, method);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      await expect(verify(token, method)).rejects.toThrow('may only read');
  });
});
