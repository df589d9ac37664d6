import { z } from 'zod';

/**
 * Matches a visible character: no blank, control or format character, none that is invisible by default (fillers,
 * variation selectors) or blank by name (in Braille, music, hieroglyphs, Khitan), and no noncharacter.
 */
const VISIBLE =
  /[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u{16fe4}\u2800\u{1d159}\u{13441}\u{13442}]/u;
/** Forbidden characters. A text of several lines may contain tabs and line ends, as from a text area. */
const FORBIDDEN = {
  line: /[\p{Cc}\u2028\u2029\u202a-\u202e]/u,
  lines: /[^\P{Cc}\t\n\r]|[\u202a-\u202e]/u,
};
const LINE_ENDS = /[\n\r\u2028\u2029]/;
const BIDI = /[\u202a-\u202e]/;

type Kind = keyof typeof FORBIDDEN;

/** Counts characters as JSON Schema does; JavaScript's `length` counts halves of some. */
const characters = (value: string) => [...value].length;

const nameOf = (character: string) =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

function refusalOf(character: string): string {
  const name = nameOf(character);
  if (BIDI.test(character)) {
    return `must not contain ${name}, which changes the direction of text; use the isolates U+2066 to U+2069`;
  }
  if (LINE_ENDS.test(character)) return `must be one line; remove ${name}`;
  return `must not contain the control character ${name}; remove it`;
}

/**
 * Returns whether an isolate (Unicode's annex 9) is left open, which would affect the text after it on a page. Closed
 * ones are allowed: they are Unicode's own way to embed a name in text of the other direction.
 */
function isLeftOpen(value: string): boolean {
  let depth = 0;
  for (const [character] of value.matchAll(/[\u2066-\u2069]/g)) {
    if (character !== '\u2069') depth += 1;
    else if (depth > 0) depth -= 1;
  }
  return depth > 0;
}

function faultOf(value: string, min: 0 | 1, max: number, kind: Kind): string | undefined {
  if (characters(value) > max) return `must have at most ${max} characters`;
  const forbidden = FORBIDDEN[kind].exec(value);
  if (forbidden) return refusalOf(forbidden[0]);
  if (/\p{Surrogate}/u.test(value)) return 'must not contain half a character';
  if (isLeftOpen(value)) return 'must close each isolate (U+2066 to U+2068) by U+2069';
  if (min > 0 && !VISIBLE.test(value)) return 'must contain a visible character';
  return undefined;
}

const DESCRIPTIONS = {
  line: 'One line of text',
  lines: 'Text of one or more lines',
};

/**
 * Returns the schema of a trimmed text of `min` to `max` characters. Allows the controls and direction marks that text
 * needs, such as joiners of emoji and of Persian or Hindi letters, but not U+202E. With `min` 1 the text must contain a
 * visible character.
 */
export const text = (min: 0 | 1, max: number, kind: Kind = 'line') =>
  z
    .string()
    .superRefine((value, context) => {
      const message = faultOf(value.trim(), min, max, kind);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .overwrite((value) => value.trim())
    // The pattern only documents: matching a long text that does not fit takes quadratic time.
    .meta({
      description: `${DESCRIPTIONS[kind]} without control characters and U+202A to U+202E${min ? '; at least one character is visible' : ''}.`,
      minLength: min,
      maxLength: max,
      pattern: min ? '^[^\\0]*[^\\s\\0][^\\0]*$' : '^[^\\0]*$',
    });
