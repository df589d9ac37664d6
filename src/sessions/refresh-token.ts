import { createHmac, randomBytes } from 'node:crypto';
import { perKey, type KeyRing } from '../keys/key-ring';

/** The session's family, and 32 bytes as base64url. */
const TOKEN = /^tfr_([0-9a-f]{24})_[\w-]{43}$/;

const write = (family: string, secret: Buffer) => `tfr_${family}_${secret.toString('base64url')}`;

/** Returns the family of a token; `undefined` if it is not of the form of a refresh token. */
export const familyOf = (token: string): string | undefined => TOKEN.exec(token)?.[1];

const newId = () => randomBytes(12).toString('hex');

/**
 * Returns the ids of a new session. Access tokens, the log and the audit show `id`. Only the refresh tokens name the
 * `family`: a made-up one ends the session of the family that it names, as a stolen one does.
 */
export const newIds = () => ({ id: newId(), family: newId() });

export const firstToken = (family: string): string => write(family, randomBytes(32));

/**
 * Derives the token that replaces another one. A request that is sent twice gets the same successor on any worker,
 * although only digests are stored. Without the server's key a stolen token does not lead to later ones.
 */
export function createSuccessors(keys: Pick<KeyRing, 'current' | 'known'>) {
  const secretOf = perKey((secret) => createHmac('sha256', secret).update('refresh tokens').digest());
  const derive = (secret: Buffer, token: string) =>
    write(familyOf(token)!, createHmac('sha256', secret).update(token).digest());

  return {
    next(token: string): { token: string; keyId: string } {
      const key = keys.current();
      return { token: derive(secretOf(key), token), keyId: key.id };
    },

    /** Derives it again with the same key; `undefined` if this worker does not know that key. */
    again(token: string, keyId: string | null): string | undefined {
      const key = keys.known().find(({ id }) => id === keyId);
      return key && derive(secretOf(key), token);
    },
  };
}
