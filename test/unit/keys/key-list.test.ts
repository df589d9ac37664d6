import { withinBounds, withNext, withNextSigning } from '../../../ops/secrets/rotate-keys';
import { formatKeys, keyOf, MOST_KEYS, parseKeys, type Key } from '../../../src/keys/key-list';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];
const idsOf = (text: string) => parseKeys(text).keys.map(({ secret }) => secret);

describe('a list of keys', () => {
  it('is separated by commas or line ends, and keeps its marks when it is written', () => {
    expect(idsOf(`${A}, ${B}`)).toEqual([A, B]);
    const text = `${A}\n${B} next\n${C} until 2026-11-27T03:00:00.000Z\n`;
    const { keys, fault } = parseKeys(`\n${text}\n`);
    expect(fault).toBeUndefined();
    expect(keys).toMatchObject([
      { secret: A },
      { secret: B, isNext: true },
      { until: Date.UTC(2026, 10, 27, 3) },
    ]);
    expect(formatKeys(keys)).toBe(text);
  });

  it('gives each key an id that does not contain it and does not change', () => {
    const [first, second] = parseKeys(`${A},${B}`).keys;
    expect(first!.id).not.toBe(second!.id);
    expect(keyOf(A).id).toBe(first!.id);
    expect(first!.id).toMatch(/^[\w-]{12}$/);
  });

  it.each([
    ['', 'has no key'],
    [`${A},short`, 'key 2 is too short'],
    [`${A},${A}`, 'has a key twice'],
    [`${A} next`, 'begins with a key that does not sign'],
    [`${A} until 2026-11-27T03:00:00Z`, 'begins with a key that does not sign'],
    [`${A},${B} until tomorrow`, 'key 2 ends at "tomorrow", which is no time'],
    [`${A},${B} soon`, 'key 2 is not KEY, KEY next or KEY until TIME'],
    [Array.from({ length: 40 }, (_, index) => `${A}${index}`).join(), 'has more than'],
  ])('is refused with its fault and without a key in it: %#', (text, expected) => {
    const { keys, fault } = parseKeys(text);
    expect(keys).toEqual([]);
    expect(fault).toContain(expected);
    for (const secret of [A, B]) expect(fault).not.toContain(secret);
  });
});

describe('a rotation', () => {
  it('adds a key that does not sign yet, and no other when it is run again', () => {
    const added = withNext([keyOf(A)]);
    expect(added).toMatchObject([{ secret: A }, { isNext: true }]);
    expect(withNext(added)).toEqual(added);
    expect(parseKeys(formatKeys(added)).fault).toBeUndefined();
  });

  it('lets the new key sign, and the key before end at its time; an earlier end stays', () => {
    const keys = [keyOf(A), keyOf(B, { isNext: true }), keyOf(C, { until: 1_000 })];
    const rotated = withNextSigning(keys, 5_000);
    expect(rotated.map(({ secret, until }) => [secret, until])).toEqual([
      [B, undefined],
      [A, 5_000],
      [C, 1_000],
    ]);
    expect(rotated[0]!.isNext).toBeFalsy();
  });
});

describe('rotations in quick succession', () => {
  const rotate = (keys: Key[], isNow = false) =>
    withNextSigning(withinBounds(withNext(keys), isNow), Date.now() + 60_000);

  it('stop before the list has more keys than workers accept, unless all tokens end', () => {
    let keys = [keyOf(A)];
    while (keys.length < MOST_KEYS) keys = rotate(keys);
    expect(() => rotate(keys)).toThrow(/has 10 keys already.*Nothing was changed.*--now/);
    const after = rotate(keys, true);
    expect(parseKeys(formatKeys(after)).fault).toBeUndefined();
    expect(after.slice(1)).toEqual(keys.slice(0, -1).map(({ id }) => expect.objectContaining({ id }) as Key));
  });
});
