import { createPasswordCheck } from '../../../src/auth/check-password';
import { spellingsOf } from '../../../src/users/password';

describe('the check of a password', () => {
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
