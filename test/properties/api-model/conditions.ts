import fc from 'fast-check';

/** Whom a write is meant for, relative to the present version. */
export interface Condition {
  match?: 'present' | 'weak' | 'among others' | 'any' | 'earlier' | 'later' | 'foreign' | 'garbage';
  noneMatch?: 'present' | 'any' | 'earlier';
}

export const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 5,
    arbitrary: fc.record({
      match: fc.constantFrom(
        'present',
        'weak',
        'among others',
        'any',
        'earlier',
        'later',
        'foreign',
        'garbage',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ noneMatch: fc.constantFrom('present', 'any', 'earlier') }) },
);

/** Only the version part counts: the rest is what an answer before a renaming may have said. */
const tag = (version: number) => `"${Math.max(0, version)}.${'x'.repeat(16)}"`;

export function headersOf({ match, noneMatch }: Condition, version: number): Record<string, string> {
  const texts = {
    present: tag(version),
    weak: `W/${tag(version)}`,
    'among others': `"abc", ${tag(version + 7)} ,W/${tag(version)}`,
    any: '*',
    earlier: tag(version - 1),
    later: tag(version + 1),
    foreign: '"abc"',
    garbage: `${version}`,
  };
  return {
    ...(match && { 'If-Match': texts[match] }),
    ...(noneMatch && { 'If-None-Match': texts[noneMatch] }),
  };
}

export const isGarbage = ({ match }: Condition): boolean => match === 'garbage';

export const holds = ({ match, noneMatch }: Condition): boolean =>
  !['earlier', 'later', 'foreign'].includes(match ?? '') && !['present', 'any'].includes(noneMatch ?? '');
