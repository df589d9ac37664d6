import { z } from 'zod';

/**
 * Something that a reader sees: neither blank, control or format character nor what Unicode draws as nothing by
 * default (fillers, variation selectors), nor what is blank by its name (Braille and music without a dot or a head,
 * hieroglyphs, Khitan), nor a noncharacter, which stands for nothing.
 */
const VISIBLE =
  /[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u{16fe4}\u2800\u{1d159}\u{13441}\u{13442}]/u;
/** Line ends, as they come from a text area, and tabs are no danger in a text of several lines. */
const FORBIDDEN = {
  line: /[\p{Cc}\u2028\u2029\u202a-\u202e]/u,
  lines: /[^\P{Cc}\t\n\r]|[\u202a-\u202e]/u,
};
const LINE_ENDS = /[\n\r\u2028\u2029]/;
const BIDI = /[\u202a-\u202e]/;

type Kind = keyof typeof FORBIDDEN;

/** JSON Schema counts characters, JavaScript's `length` halves of some. */
const characters = (value: string) => [...value].length;

const nameOf = (character: string) =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

function refusalOf(character: string): string {
  const name = nameOf(character);
  if (BIDI.test(character)) {
    return `must not hold ${name}, which changes the direction of text; use the isolates U+2066 to U+2069`;
  }
  if (LINE_ENDS.test(character)) return `must be one line; take out ${name}`;
  return `must not hold the control character ${name}; take it out`;
}

/**
 * Whether an isolate (Unicode's annex 9) is left open: on a page it would take the text behind it along. Closed
 * ones are allowed: they are Unicode's own way to set a name within text of the other direction.
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
  if (min > 0 && !VISIBLE.test(value)) return 'must hold more than blanks and characters that nobody sees';
  return undefined;
}

const DESCRIPTIONS = {
  line: 'One line of text',
  lines: 'Text of one or more lines',
};

/**
 * Text of `min` to `max` characters, trimmed. Its blanks, controls and direction marks are those that text needs:
 * joiners of emoji and of Persian or Hindi letters are, U+202E is not. With `min` 1 something in it is visible.
 */
export const text = (min: 0 | 1, max: number, kind: Kind = 'line') =>
  z
    .string()
    .superRefine((value, context) => {
      const message = faultOf(value.trim(), min, max, kind);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .overwrite((value) => value.trim())
    // The pattern is for readers alone: on a long text that doesn't fit, matching it takes quadratic time.
    .meta({
      description: `${DESCRIPTIONS[kind]} without control characters and U+202A to U+202E${min ? '; something in it is visible' : ''}.`,
      minLength: min,
      maxLength: max,
      pattern: min ? '^[^\\0]*[^\\s\\0][^\\0]*$' : '^[^\\0]*$',
    });
