import fc from 'fast-check';
import { alternativesOf, type Schema, type Side } from '../../contract/narrowed-schema';
import { textOfAllScripts } from './scripts';

const ISO_EDGES = [
  '0001-01-01',
  '9999-12-31',
  '2024-02-29',
  '1970-01-01T00:00:00Z',
  '2027-05-01T09:30:00.123+14:00',
];
const HEX_24 = '^[0-9a-fA-F]{24}$';
const EMAILS = ['info@xn--80aswg.xn--p1ai', 'first=last@example.com', "!#$%&'*+/=?^_`{|}~-@example.com"];
const FREE = 'Ünï – 漢字 😀 1';

const years = {
  min: new Date('0001-01-02T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
};
const iso = fc.oneof(
  fc.date(years).map((date) => date.toISOString()),
  fc.date(years).map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom(...ISO_EDGES),
);

/** Values that are invalid nearly everywhere and have broken other servers. */
export const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    '',
    ' ',
    '\0',
    '\ud800',
    '\u202e',
    '__proto__',
  ),
  fc.constantFrom<unknown>(
    { $ne: null },
    { $gt: '' },
    { $where: 'sleep(9)' },
    [],
    {},
    [[]],
    { _id: {} },
    'true',
    'null',
  ),
  fc.constantFrom<unknown>(
    'x'.repeat(6_000),
    '😀'.repeat(80),
    Array.from({ length: 200 }, () => 'x'),
    '2027-02-30',
    'NaN',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

function stringsOf(
  { pattern, format, minLength = 0, maxLength = 200 }: Schema,
  ids: string[],
): fc.Arbitrary<string> {
  const [min, max] = [Number(minLength), Number(maxLength)];
  if (pattern === HEX_24) return fc.oneof(fc.constantFrom(...ids), fc.stringMatching(/^[0-9a-fA-F]{24}$/));
  if (String(format).startsWith('date')) return iso;
  if (format === 'email') {
    return fc.oneof(fc.emailAddress(), fc.constantFrom(...EMAILS)).filter((value) => value.length <= max);
  }
  const expression = new RegExp(typeof pattern === 'string' ? pattern : '', 'u');
  const length = { minLength: min, maxLength: Math.min(max, 200) };
  const fits = (value: string) =>
    expression.test(value) && [...value].length >= min && [...value].length <= max;
  if (!expression.test(FREE)) return fc.stringMatching(expression).filter(fits);
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.string({ ...length, unit: 'binary' }) },
      { weight: 2, arbitrary: fc.string({ ...length, unit: 'grapheme' }) },
      { weight: 1, arbitrary: textOfAllScripts },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...['x', 'é', '😀'].flatMap((one) => [one.repeat(max), one.repeat(min)])),
      },
    )
    .filter(fits);
}

/** Generates values of a schema, also near its limits; `ids` exist in the database. */
export function valuesOf(side: Side, ids: string[]): fc.Arbitrary<unknown> {
  const inner = (schema: unknown) => valuesOf({ ...side, schema }, ids);
  return fc.oneof(...alternativesOf(side).map((schema) => ofOne(schema)));

  function ofOne(schema: Schema): fc.Arbitrary<unknown> {
    const { type, properties = {}, required = [], items = {} } = schema;
    if ('const' in schema) return fc.constant(schema.const);
    if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
    const [min, max] = [Number(schema.minimum ?? -1e6), Number(schema.maximum ?? 1e6)];
    if (type === 'string') return stringsOf(schema, ids);
    if (type === 'integer') return fc.integer({ min, max });
    if (type === 'number') return fc.double({ min, max, noNaN: true });
    if (type === 'boolean') return fc.boolean();
    if (type === 'null') return fc.constant(null);
    if (type === 'array') return fc.array(inner(items), { maxLength: Number(schema.maxItems ?? 10) });
    if (type !== 'object') return fc.jsonValue({ maxDepth: 2 });
    const parts = Object.fromEntries(
      Object.entries(properties as object).map(([name, part]) => [name, inner(part)]),
    );
    return fc.record(parts, { requiredKeys: required as never[] });
  }
}

/** Changes one to three properties of the values: left out, added, or of another type. */
export function spoilt(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.record({
    kind: fc.constantFrom('drop', 'set', 'add'),
    place: fc.nat(50),
    junk,
    name: fc.string(),
  });
  return fc.tuple(values, fc.array(change, { minLength: 1, maxLength: 3 })).map(([value, changes]) => {
    if (typeof value !== 'object' || value === null) return changes[0]!.junk;
    const copy = { ...value } as Record<string, unknown>;
    for (const { kind, place, name, ...by } of changes) {
      const names = Object.keys(copy);
      const key = kind === 'add' ? name : names[place % Math.max(names.length, 1)];
      if (key === undefined) continue;
      if (kind === 'drop') delete copy[key];
      else copy[key] = by.junk;
    }
    return copy;
  });
}
