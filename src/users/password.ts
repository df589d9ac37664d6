import { truncates } from 'bcryptjs';
import { z } from 'zod';
import { isCommon } from './guessable-password';

const MIN_CHARACTERS = 8;
/** Begins what is stored instead of a hash until a user sets the first password. */
export const NO_HASH = '!';
/** Replacement character of decoders for invalid bytes; a password with it would also match other bytes. */
const LOST = '\ufffd';
/** bcrypt ignores further bytes, so a longer password would be cut silently (OWASP ASVS 5, 6.2.8). */
const MAX_BYTES = 72;
/** Most UTF-16 units of a password as sent, since composing it can take quadratic time. */
const MAX_SENT = 1_024;

/**
 * Returns a password in the form that is hashed and compared (RFC 8265, OpaqueString), since systems write the same
 * letters composed or not, and several kinds of blanks. Keeps letter case and width, and trims nothing.
 */
export const preparedPassword = (password: string) => password.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/**
 * Returns the spellings of a password to compare, at most two: the prepared one, and that of hashes made before passwords
 * were prepared. Their number depends only on the password, never on the account.
 */
export function spellingsOf(sent: string): string[] {
  const prepared = preparedPassword(sent);
  const older = prepared === sent ? sent.normalize('NFD') : sent;
  // A spelling beyond bcrypt's 72 bytes would match by its beginning alone.
  return [...new Set([prepared, older])].filter(
    (spelling) => !truncates(spelling) && !spelling.includes(LOST),
  );
}

/** A password that is compared, so that nothing but its length is checked. */
export const sentPassword = z.string().min(1).max(MAX_SENT).meta({ format: 'password' });

export const newPassword = z
  .string()
  // A longer one is refused below.
  .overwrite((value) => (value.length > MAX_SENT ? value : preparedPassword(value)))
  .refine(
    (value) => [...value].length >= MIN_CHARACTERS,
    `at least ${MIN_CHARACTERS} characters are required`,
  )
  .refine((value) => Buffer.byteLength(value) <= MAX_BYTES, `at most ${MAX_BYTES} bytes (UTF-8) are allowed`)
  .refine((value) => !value.includes('\0'), 'must not contain a null character')
  .refine((value) => !value.includes(LOST), 'must not contain U+FFFD, which stands for lost text')
  // NIST SP 800-63B-4, 3.1.1.2.
  .refine((value) => !isCommon(value), 'is one of the commonest passwords; choose another')
  .meta({
    description:
      'Counted and compared as composed characters (Unicode NFC, RFC 8265). ' +
      'The commonest passwords are refused, and those that contain a name of the user.',
    minLength: MIN_CHARACTERS,
    maxLength: MAX_BYTES,
    format: 'password',
    pattern: '^[^\\0]*$',
    example: 'correct horse',
  });
