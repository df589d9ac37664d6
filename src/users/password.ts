import { truncates } from 'bcryptjs';
import { z } from 'zod';

const MIN_CHARACTERS = 8;
/** Decoders put it in place of bytes that they can't read: a password with it would be opened by other bytes too. */
const LOST = '\ufffd';
/** bcrypt reads no more; a longer password would be cut silently (OWASP ASVS 5, 6.2.8). */
const MAX_BYTES = 72;
/** Most UTF-16 units of a password as it is sent: composing it takes quadratic time at worst. */
export const MAX_SENT = 1_024;

/**
 * A password as it is hashed and compared (RFC 8265, OpaqueString): keyboards and systems write the same letters
 * composed or not, and blanks of several kinds. Letter case and width stay, and nothing is trimmed.
 */
export const preparedPassword = (password: string) => password.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/**
 * The spellings of a password to compare, at most two: the prepared one, and the one that a hash from before
 * passwords were prepared may be of. How many there are depends on what was sent alone, never on the account.
 */
export function spellingsOf(sent: string): string[] {
  const prepared = preparedPassword(sent);
  const older = prepared === sent ? sent.normalize('NFD') : sent;
  // bcrypt reads 72 bytes: a longer one would pass by its beginning alone.
  return [...new Set([prepared, older])].filter(
    (spelling) => !truncates(spelling) && !spelling.includes(LOST),
  );
}

export const newPassword = z
  .string()
  // A longer one is refused below for its bytes.
  .overwrite((value) => (value.length > MAX_SENT ? value : preparedPassword(value)))
  .refine((value) => [...value].length >= MIN_CHARACTERS, `at least ${MIN_CHARACTERS} characters are needed`)
  .refine((value) => Buffer.byteLength(value) <= MAX_BYTES, `at most ${MAX_BYTES} bytes (UTF-8) are allowed`)
  .refine((value) => !value.includes('\0'), 'must not contain a null character')
  .refine((value) => !value.includes(LOST), 'must not contain U+FFFD, which stands for text that was lost')
  .meta({
    description: 'Counted and compared as composed characters (Unicode NFC, RFC 8265).',
    minLength: MIN_CHARACTERS,
    maxLength: MAX_BYTES,
    format: 'password',
    pattern: '^[^\\0]*$',
    example: 'correct horse',
  });
