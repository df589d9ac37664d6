import fc from 'fast-check';
import { isScriptToken, isWellFormed, newScriptToken } from '../../../src/script-tokens/script-token';

const DIGITS = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];

describe('a script token', () => {
  it('has a right checksum, and is new each time', () => {
    const tokens = Array.from({ length: 200 }, newScriptToken);
    expect(tokens.filter((token) => !isScriptToken(token) || !isWellFormed(token))).toEqual([]);
    expect(new Set(tokens).size).toBe(200);
  });

  it('is refused if one character differs', () => {
    fc.assert(
      fc.property(fc.nat({ max: 35 }), fc.constantFrom(...DIGITS), (place, digit) => {
        const token = newScriptToken();
        const changed = token.slice(0, 4 + place) + digit + token.slice(5 + place);
        expect(isWellFormed(changed)).toBe(changed === token);
      }),
    );
  });

  it.each(['tft_', 'tft_short', `tft_${'a'.repeat(36)}`, 'ghp_whatever', `${newScriptToken()}0`])(
    'is not %s',
    (text) => {
      expect(isWellFormed(text)).toBe(false);
    },
  );
});
