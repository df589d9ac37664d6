import fc from 'fast-check';
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
