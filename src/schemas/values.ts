import { z } from 'zod';
import { searchWordsOf } from '../lists/search-words';
import { text } from './text';

/** MongoDB's id: 24 hexadecimal digits. */
export const objectId = z
  .string()
  .regex(/^[0-9a-fA-F]{24}$/, 'is not an id of 24 hexadecimal digits')
  .overwrite((id) => id.toLowerCase())
  .meta({ example: '665f1c2ab7e4d83f90a1b2c3', maxLength: 24 });

export const idParams = z.strictObject({ id: objectId.meta({ description: 'The `_id`.' }) });

/** Returns the example that the schema of an object declares. */
export const ownExample = (schema: z.ZodType): object => (schema.meta() as { example: object }).example;

/** A field that a body copied from an answer may contain, and that has no effect. */
export const ignored = z.unknown().optional().meta({ description: 'Set by the server; ignored.' });

/** A time in an answer: ISO 8601 with milliseconds, in UTC. */
export const time = z.iso.datetime().max(30).meta({ example: '2026-11-22T09:30:00.000Z' });

/** A text in an answer, which may have been stored before some characters were refused. */
export const plainText = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/);

/** Id of a request in an answer. */
export const requestId = z
  .string()
  .regex(/^[\w-]{8,64}$/)
  .max(64);

/** Network of a client in an answer, as `networkOf` writes it. */
export const network = z
  .string()
  .max(45)
  .regex(/^[\w.:/]+$/);

/** Returns the pattern of a comma-separated list of these names. */
export const commaSeparated = (names: readonly string[]) => {
  const one = ` *(?:${names.join('|')}) *`;
  return `^${one}(?:,${one})*$`;
};

/** An ISO 8601 date, or a time with its zone. */
export const dateOrTime = z
  .union([z.iso.datetime({ offset: true }).max(40), z.iso.date().max(10)], {
    error: 'is neither an ISO 8601 date (2027-02-28) nor a time with its zone (2027-02-28T12:00:00Z)',
  })
  .transform((value) => new Date(value))
  // The zone can move a time out of the years that ISO 8601 writes with four digits.
  .refine(
    (date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999,
    'is not in the years 1 to 9999',
  );

const DIGITS = /^[0-9]+$/;

/** A whole number in a query, in decimal digits, trimmed. Refuses `0x10`, `1e1` and `%2B5`. */
export const wholeNumber = (low: number, high: number) =>
  z.preprocess(
    (sent) =>
      // Capped, since zod would refuse a larger one first with JavaScript's largest number as the reason.
      typeof sent === 'string' && DIGITS.test(sent.trim())
        ? Math.min(Number(sent), Number.MAX_SAFE_INTEGER)
        : sent,
    z
      .int({ error: ({ code }) => (code === 'invalid_type' ? 'must be in decimal digits' : undefined) })
      .min(low)
      .max(high),
  );

const MAX_WORDS = 10;

/** A search, parsed into words in their stored form. */
export const words = text(1, 200, 'lines')
  .transform((value) => searchWordsOf(value, MAX_WORDS + 1))
  .refine((all) => all.length > 0, 'must contain a word to search for')
  .refine((all) => all.length <= MAX_WORDS, `must contain at most ${MAX_WORDS} words`);

/** RFC 9457. */
export const problemSchema = z
  .strictObject({
    type: z
      .string()
      .regex(/^\/problems\/[a-z-]{1,40}$/)
      .max(60)
      .meta({ description: 'The address of a page that says what happened and what to do.' }),
    title: plainText(100),
    status: z.int().min(400).max(599),
    detail: z.string().max(2_000).meta({ description: 'What happened this time, for people.' }),
    requestId: requestId.meta({ description: 'Finds the request in the log.' }),
    errors: z
      .array(
        z
          .strictObject({ path: z.string().max(500), message: z.string().max(1_000) })
          .meta({ id: 'FieldError' }),
      )
      .max(100)
      .optional()
      .meta({ description: 'Each place of a request that is not valid.' }),
  })
  .meta({
    id: 'Problem',
    example: {
      type: '/problems/not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is no such task, or it is not yours.',
      requestId: '5b0f1c2ab7e4d83f90a1b2c3d4e5f607',
    },
  });
