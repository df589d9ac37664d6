import fc from 'fast-check';
import { createPasswordCheck } from '../../../src/auth/check-password';
import { newPassword, spellingsOf } from '../../../src/users/password';

const sent = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('a', 'ä', '\u0308', '\u00a0', 'Å', 'ﬁ', '\ufffd'), maxLength: 30 }),
);

describe('the spellings of a password', () => {
  it('are one of ASCII, and at most two of any other', () => {
    expect(spellingsOf('correct horse')).toEqual(['correct horse']);
    fc.assert(fc.property(sent, (password) => spellingsOf(password).length <= 2));
  });

  it('hold the one that a new hash is of, however it was composed', () => {
    fc.assert(
      fc.property(sent, (password) => {
        const { data } = newPassword.safeParse(password);
        if (data === undefined) return;
        for (const form of ['NFC', 'NFD']) expect(spellingsOf(password.normalize(form))).toContain(data);
        expect(newPassword.parse(data)).toBe(data);
      }),
    );
  });
});

describe('a password', () => {
  it.each([
    'correct horse',
    'Gärten',
    'Gärten'.normalize('NFD'),
    'a\u00a0blank',
    'x'.repeat(73),
    '\ufffd'.repeat(9),
  ])('compares %j as often for a known name as for an unknown one', async (password) => {
    const compared: string[] = [];
    const known = { _id: 'known', role: 'worker', passwordHash: '$theirs' };
    const { check } = createPasswordCheck({
      users: {},
      hashPool: {
        hash: async () => 'of nobody',
        matchesAny: async (spellings: string[], hash: string) => {
          compared.push(...spellings.map((spelling) => `${hash}: ${spelling}`));
          return false;
        },
      },
      places: { hold: (_sender: unknown, work: (client: object) => unknown) => work({}) },
      guard: { attempt: (_who: unknown, compare: () => Promise<boolean>) => compare() },
      audit: { record: async () => {} },
    } as never);
    const spellingsFor = async (login: string) => {
      compared.length = 0;
      const sender = { address: '127.0.0.1', requestId: 'one' };
      const find = async () => (login === 'known' ? known : null) as never;
      await expect(check({ login, password, sender, find })).rejects.toThrow('password is wrong');
      return compared.map((one) => one.replace(/^.*: /, ''));
    };
    expect(await spellingsFor('known')).toEqual(await spellingsFor('unknown'));
    expect(await spellingsFor('known')).toEqual(spellingsOf(password));
  });
});
