import { text } from '../../../src/schemas/text';
import { searchWordsOf } from '../../../src/lists/search-words';
import { newUserSchema } from '../../../src/users/user-schemas';
import { versionsIn } from '../../../src/lib/version-tag';

const LONG = 90_000;

/** How long it takes for a text of this length, in ms: the quickest of three. */
function timeOf(
  judge: (given: string) => unknown,
  given: (length: number) => string,
  length: number,
): number {
  const times = Array.from({ length: 9 }).map(() => {
    const startedAt = performance.now();
    judge(given(length));
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

const person = { name: 'Ada', email: 'ada@example.com', username: 'ada', password: 'correct horse' };

describe('the schemas', () => {
  it.each<[string, (given: string) => unknown, (length: number) => string]>([
    [
      'a text with a null character',
      (given) => text(1, 100).safeParse(given),
      (length) => `${'a'.repeat(length)}\0`,
    ],
    ['a text of blanks', (given) => text(1, 100).safeParse(given), (length) => ' '.repeat(length)],
    ['a name', (name) => newUserSchema.safeParse({ ...person, name }), (length) => `${'a'.repeat(length)}\0`],
    ['an e-mail', (email) => newUserSchema.safeParse({ ...person, email }), (length) => 'a'.repeat(length)],
    ['dots', (email) => newUserSchema.safeParse({ ...person, email }), (length) => 'a.'.repeat(length / 2)],
    [
      'a domain',
      (email) => newUserSchema.safeParse({ ...person, email }),
      (length) => `a@${'a-'.repeat(length / 2)}`,
    ],
    [
      'a user name',
      (username) => newUserSchema.safeParse({ ...person, username }),
      (length) => 'a'.repeat(length),
    ],
    [
      'a local part of an e-mail',
      (email) => newUserSchema.safeParse({ ...person, email }),
      (length) => `${"a=!#'".repeat(length / 5)}@`,
    ],
    [
      'a password of marks',
      (password) => newUserSchema.safeParse({ ...person, password }),
      (length) => `a${'\u0301\u0316'.repeat(length / 2)}`,
    ],
    ['isolates', (given) => text(1, LONG).safeParse(given), (length) => '\u2066\u2069'.repeat(length / 2)],
    ['invisible text', (given) => text(1, LONG).safeParse(given), (length) => '\u200b'.repeat(length)],
    [
      'words with long runs of marks',
      (given) => searchWordsOf(given, 300),
      (length) => `a${'\u0301\u0316'.repeat(length / 2)}`,
    ],
    [
      'words of long compatible forms',
      (given) => searchWordsOf(given, 300),
      (length) => '\ufdfa'.repeat(length),
    ],
    ['empty tags', (list) => versionsIn(list), (length) => '"",'.repeat(length / 3)],
    ['tags', (list) => versionsIn(list), (length) => `"1.abcdefghijklmnop"${' , '.repeat(length / 3)}x`],
  ])('judges %s in time that grows no faster than its length', (_name, judge, given) => {
    const [short, long] = [timeOf(judge, given, LONG / 30), timeOf(judge, given, LONG)];
    // Thirty times as long: in quadratic time that were 900 times.
    expect(long / Math.max(short, 0.05)).toBeLessThan(300);
  });

  it('takes a list of at most 100 tags', () => {
    const tags = (count: number) => Array.from({ length: count }, () => '"1.abcdefghijklmnop"').join(', ');
    expect(versionsIn(tags(100))).toHaveLength(100);
    expect(versionsIn(tags(101))).toBeUndefined();
  });
});
