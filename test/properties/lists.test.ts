import fc from 'fast-check';
import { NotServedError } from '../../src/problems/errors';
import { oneKey } from '../../src/keys/key-ring';
import { createCursors, type Position } from '../../src/lists/cursor';
import { rowFor } from '../../src/lists/list-table';
import { searchWordsOf } from '../../src/lists/search-words';
import { taskTable } from '../../src/tasks/task-lists';
import { userTable } from '../../src/users/user-lists';
import { propertyRuns } from '../support/property-runs';
import { textOfAllScripts } from '../support/scripts';

const runs = propertyRuns(1_000, 100_000);
const LIMIT = 1_000;
const cursors = createCursors(oneKey('a secret of the server, at least 32 bytes'));

describe('a cursor', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.date({ noInvalidDate: true }),
  );
  const position: fc.Arbitrary<Position> = fc.record({
    values: fc.array(value, { maxLength: 3 }),
    id: fc.stringMatching(/^[0-9a-f]{24}$/),
    backward: fc.boolean(),
  });

  it('comes back as the position that it was made of, and is refused by another list', () => {
    fc.assert(
      fc.property(position, fc.string(), fc.string(), (given, list, other) => {
        fc.pre(list !== other);
        const text = cursors.encode(list, given);
        expect(text).toMatch(/^[\w-]+$/);
        expect(cursors.decode(list, text)).toEqual(given);
        expect(cursors.decode(other, text)).toBe('foreign');
      }),
      runs,
    );
  });

  it('is refused if any character differs, is missing or is added, and with any other key', () => {
    const other = createCursors(oneKey('another secret, of another server or before'));
    const changed = fc
      .tuple(
        position,
        fc.nat(),
        fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      )
      .chain(([given, at, char]) => {
        const text = cursors.encode('list', given);
        const index = at % text.length;
        const [before, after] = [text.slice(0, index), text.slice(index)];
        return fc.constantFrom(
          before + (char === after[0] ? '~' : char) + after.slice(1),
          before + char + after,
          before + after.slice(1),
          // Other spellings of the same bytes.
          `${text}=`,
          `${text}!`,
          other.encode('list', given),
          // A cursor of a version without seals.
          text.slice(22),
        );
      });
    const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(changed, json, fc.string({ unit: 'binary' })), (text) => {
        expect(cursors.decode('list', text)).toBeUndefined();
      }),
      runs,
    );
  });
});

describe.each([
  ['tasks', taskTable],
  ['users', userTable],
])('the table of %s', (_name, table) => {
  const names = [
    ...new Set(
      table.rows.flatMap(({ filters, optional, unindexed = [] }) => [...filters, ...optional, ...unindexed]),
    ),
  ];
  const sort = fc
    .tuple(fc.constantFrom('', '-'), fc.constantFrom(...Object.keys(table.sorts)))
    .map((parts) => parts.join(''));

  it('serves a query, or names one that it serves', () => {
    fc.assert(
      fc.property(fc.subarray(names), sort, (filters, by) => {
        try {
          rowFor(table, filters, by);
        } catch (error) {
          if (!(error instanceof NotServedError)) throw error;
          const nearest = new URLSearchParams(/\?(\S+)$/.exec(error.message)![1]);
          const named = nearest.get('sort')!;
          nearest.delete('sort');
          expect(rowFor(table, [...nearest.keys()], named)).toBeDefined();
          // The same sort in the same direction continues.
          const isSame = named.replace('-', '') === by.replace('-', '');
          expect(named.startsWith('-')).toBe(isSame && by.startsWith('-'));
        }
      }),
      runs,
    );
  });

  it('finds the same row in any order of the filters', () => {
    const orders = fc
      .subarray(names)
      .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })));
    const served = (filters: string[], by: string) => {
      try {
        return rowFor(table, filters, by);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(orders, sort, ([one, other], by) => {
        expect(served(one, by)).toBe(served(other, by));
      }),
      runs,
    );
  });
});

describe('words', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.lorem({ maxCount: 8 }),
    fc.string({ unit: 'grapheme' }),
    textOfAllScripts,
  );
  /** Letters with one capital and one small form; the Latin and Greek letters have accents. */
  const letters = fc.string({
    unit: fc.constantFrom(...'aäáâÅçéèïñöőšüžабвйїёλώσς 19:・कखिаё'),
    maxLength: 30,
  });

  it('contain themselves when they are split again', () => {
    fc.assert(
      fc.property(text, (given) => {
        const words = searchWordsOf(given, LIMIT);
        expect(searchWordsOf(words.join(' '), LIMIT)).toEqual(words);
        expect(words.every((word) => /^[\p{L}\p{N}][\p{L}\p{N}\p{M}]{0,39}$/u.test(word))).toBe(true);
        expect(new Set(words).size).toBe(words.length);
      }),
      runs,
    );
  });

  it('are the same in any letter case, with or without Latin and Greek accents, composed or decomposed', () => {
    fc.assert(
      fc.property(letters, (given) => {
        const words = searchWordsOf(given, LIMIT);
        const plain = given.normalize('NFD').replace(/([a-zα-ω])\p{M}+/giu, '$1');
        for (const form of [given.toUpperCase(), given.toLowerCase(), given.normalize('NFD'), plain]) {
          expect(searchWordsOf(form, LIMIT)).toEqual(words);
        }
      }),
      runs,
    );
  });

  it('of a text are the words of its parts, with any punctuation between them', () => {
    const between = fc.constantFrom(':', '·', ' ', ', ', '/', '\u200b', '。', "'", '’');
    fc.assert(
      fc.property(textOfAllScripts, between, textOfAllScripts, (one, mark, other) => {
        const apart = [...searchWordsOf(one, LIMIT), ...searchWordsOf(other, LIMIT)];
        expect(searchWordsOf(`${one}${mark}${other}`, LIMIT)).toEqual([...new Set(apart)]);
      }),
      runs,
    );
  });

  it.each([
    ['a final sigma before punctuation', 'Στόχος:παράδοση', 'στόχος παράδοση'],
    ['a sigma of capitals', 'ΣΤΌΧΟΣ', 'στόχος'],
    ['half-width and full-width forms', 'ﾊﾟﾊﾟ Ｆｅｎｃｅ ２０２６', 'パパ fence 2026'],
    ['letters that are composed or not', 'МОИ\u0306 を か\u3099', 'мой を が'],
    ['Turkish i', 'İSTANBUL ISPARTA', 'istanbul ısparta'],
    ['German ß', 'Straße GROẞ', 'STRASSE gross'],
    ['Hebrew points', 'שָׁלוֹם', 'שלום'],
    ['Arabic vowel signs and stretching', 'مُحَمَّد كتـــاب', 'محمد كتاب'],
    ['a joiner within a Persian word', 'می\u200cخواهم', 'میخواهم'],
    ['a joiner within a Hindi word', 'क्\u200dष', 'क्ष'],
    ['a soft hyphen', 'Zaun\u00adpfahl', 'Zaunpfahl'],
    ['a blank of no width between Thai words', 'สวัสดี\u200bครับ', 'สวัสดี ครับ'],
    ['Hangul composed or not', '한국어'.normalize('NFD'), '한국어'],
    ['Vietnamese accents', 'Tiếng Việt', 'tieng viet'],
  ])('take %s for the same', (_name, one, other) => {
    expect(searchWordsOf(one, LIMIT)).toEqual(searchWordsOf(other, LIMIT));
  });

  it.each([
    ['voice marks of Japanese', 'ハハ', 'パパ'],
    ['the same in half width', 'ﾊﾊ', 'ﾊﾟﾊﾟ'],
    ['vowel signs of Hindi', 'दान', 'दिन'],
    ['й and и', 'мой', 'мои'],
    ['ї and і', 'їх', 'іх'],
    ['ё and е', 'всё', 'все'],
    ['a hamza of Arabic', 'سأل', 'سال'],
    ['vowel signs of Thai', 'กิน', 'กัน'],
    ['vowel signs of Tamil', 'படி', 'பாடு'],
  ])('keep %s apart', (_name, one, other) => {
    expect(searchWordsOf(one, LIMIT)).not.toEqual(searchWordsOf(other, LIMIT));
  });

  it('are the same set in any order, and at most as many as requested', () => {
    const shuffled = fc
      .array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 12 })
      .chain((words) =>
        fc.tuple(fc.constant(words), fc.shuffledSubarray(words, { minLength: words.length })),
      );
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 1, max: 12 }), ([one, other], limit) => {
        const wordsIn = (all: string[]) => searchWordsOf(all.join(' '), LIMIT).sort();
        expect(wordsIn(other)).toEqual(wordsIn(one));
        expect(searchWordsOf(one.join(', '), limit).length).toBeLessThanOrEqual(limit);
      }),
      runs,
    );
  });
});
