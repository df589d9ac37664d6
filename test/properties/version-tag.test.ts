import fc from 'fast-check';
import { propertyRuns } from '../support/property-runs';
import { tagOf, versionsIn } from '../../src/lib/version-tag';

const runs = propertyRuns(1_000, 100_000);
const version = fc.nat({ max: 999_999_999_999_999 });
const ours = fc
  .tuple(fc.string({ unit: 'binary' }), version)
  .map(([text, at]) => ({ tag: tagOf(text, at), at }));
const blanks = fc.constantFrom('', ' ', '  ', '\t');
const weak = fc.constantFrom('', 'W/');

describe('the version tag', () => {
  it('reads back the versions of any list of our tags, weak or strong, with any spaces', () => {
    const entry = fc.record({ ours, weak, before: blanks, after: blanks });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 10 }), (entries) => {
        const list = entries
          .map(({ ours: { tag }, weak, before, after }) => before + weak + tag + after)
          .join(',');
        expect(versionsIn(list)).toEqual(entries.map(({ ours: { at } }) => at));
      }),
      runs,
    );
  });

  it('finds no version in foreign tags, and reads ours beside them', () => {
    const others = fc
      .string({ unit: fc.constantFrom(...'!#aZ09.,-/ÿ*W'), maxLength: 20 })
      .filter((text) => !/^\d{1,15}\.[\w-]{16}$/.test(text))
      .map((text) => ({ tag: `"${text}"`, at: undefined }));
    fc.assert(
      fc.property(fc.array(fc.oneof(ours, others), { minLength: 1, maxLength: 6 }), (entries) => {
        const known = entries.flatMap(({ at }) => (at === undefined ? [] : [at]));
        expect(versionsIn(entries.map(({ tag }) => tag).join(', '))).toEqual(known);
      }),
      runs,
    );
  });

  it('parses any text: a list of versions, a star, or nothing', () => {
    const close = fc.string({ unit: fc.constantFrom(...'"W/*, \t.1aÿ'), maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), close), (text) => {
        const found = versionsIn(text);
        expect(found === undefined || found === '*' || found.every(Number.isSafeInteger)).toBe(true);
      }),
      runs,
    );
  });

  it('differs for two texts or two versions', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), version, version, (text, other, at, then) => {
        expect(tagOf(text, at) === tagOf(other, then)).toBe(text === other && at === then);
      }),
      runs,
    );
  });

  it('is read from lists of at most 100 tags', () => {
    const tags = (count: number) => Array.from({ length: count }, () => '"1.abcdefghijklmnop"').join(', ');
    expect(versionsIn(tags(100))).toHaveLength(100);
    expect(versionsIn(tags(101))).toBeUndefined();
  });
});
