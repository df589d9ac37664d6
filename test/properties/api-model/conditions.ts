import fc from 'fast-check';

/** The version that the condition of a write names, relative to the present version. */
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

/** Keeps the version part alone: the rest of the tag changes with the name of the assignee. */
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
