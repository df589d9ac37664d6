import fc from 'fast-check';

/** Password of all people of the model. */
export const PASSWORD = 'correct horse';

/** Each line holds spellings of one word that a search treats as the same. */
const SPELLINGS = [
  ['Zaun', 'ZAUN', 'zäun', 'Za\u0308un'],
  ['café', 'CAFÉ', 'cafe', 'Cafe\u0301'],
  ['naïve', 'NAIVE', 'Naïve'],
  ['2026', '２０２６'],
  ['Привет', 'ПРИВЕТ'],
  ['fishing', 'ﬁshing', 'FISHING'],
  ['Στόχος', 'ΣΤΌΧΟΣ', 'στοχοσ'],
  ['ハハ', 'ﾊﾊ'],
  ['パパ', 'ﾊﾟﾊﾟ', 'ハ\u309aハ\u309a'],
  ['दान'],
  ['दिन'],
  ['мои', 'МОИ'],
  ['мой', 'МОИ\u0306'],
  ['שלום', 'שָׁלוֹם'],
  ['می\u200cخواهم', 'میخواهم'],
  ['한국어', '\u1112\u1161\u11ab국어'],
];
const lineOf = new Map(SPELLINGS.flatMap((line, index) => line.map((word) => [word, index] as const)));

/** The lines of the known words in a text. */
export const linesIn = (text: string): Set<number> =>
  new Set(text.split(/[\s:,/()・-]+/).flatMap((word) => lineOf.get(word) ?? []));

const word = fc.constantFrom(...lineOf.keys());
const between = fc.constantFrom(' ', ', ', '-', '/', ' (', ':', '・');

export const words = (maxLength: number) =>
  fc.array(fc.tuple(word, between), { minLength: 1, maxLength }).map((parts) => parts.flat().join(''));

export const title = fc.oneof(
  words(3),
  words(2).map((text) => `  ${text}\n`),
);

/** An index into the people, or one beyond them. */
export const whom = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 3 }) },
  { weight: 3, arbitrary: fc.constant('nobody' as const) },
  { weight: 1, arbitrary: fc.constant('unknown' as const) },
);
export type Whom = number | 'nobody' | 'unknown';
export const UNKNOWN_ID = 'f'.repeat(24);

export const status = fc.constantFrom('to Do' as const, 'Doing' as const, 'Done' as const);
export const priority = fc.constantFrom(
  'low' as const,
  'normal' as const,
  'high' as const,
  'urgent' as const,
);
export const label = fc.constantFrom('garden', 'Garden', ' garden ', 'häuser', '🏡', 'a,b');

/** Deadlines far from now, so that what is overdue does not depend on the time of the test. */
export const deadline = fc.constantFrom(
  '0001-01-01',
  '2001-02-03',
  '2001-02-03T00:00:00Z',
  '2019-05-06T07:08:09.123Z',
  '2150-01-01T00:00:00+02:00',
  '9999-12-31T23:59:59.999Z',
);

export const taskFields = {
  title,
  description: fc.oneof(fc.constant(''), words(3), fc.string({ unit: 'grapheme', maxLength: 20 })),
  status,
  priority,
  labels: fc.array(label, { maxLength: 3 }),
  position: fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom(0.5, -1e-7, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER),
  ),
  deadline,
};

/** The API refuses bodies that hold one of these. */
export const taskFault = fc.constantFrom<[string, unknown]>(
  ['title', null],
  ['title', ' \n'],
  ['title', 'x'.repeat(201)],
  ['title', '\u200b'],
  ['title', 'a\u202eb'],
  ['description', 'a\ud800'],
  ['labels', ['\u3164']],
  ['status', null],
  ['status', 'done'],
  ['priority', 3],
  ['labels', ['']],
  ['labels', Array.from({ length: 21 }, (_, index) => `${index}`)],
  ['position', '1'],
  ['deadline', 'soon'],
  ['deadline', 0],
  ['assignedTo', 'x'],
  ['words', ['x']],
  ['version', 1],
);

export const username = fc.constantFrom('Anna.K', 'anna.k', 'ANNA.K', 'Berta_2', 'berta_2', ' carla-3 ');
export const email = fc.constantFrom(
  'anna@example.org',
  'ANNA@Example.org',
  'berta@example.net',
  ' b@example.net',
);
export const userFault = fc.constantFrom<[string, unknown]>(
  ['name', null],
  ['name', ' '],
  ['email', 'x'],
  ['email', null],
  ['username', 'a b'],
  ['username', 'x'],
  ['password', 'correct horse'],
);
