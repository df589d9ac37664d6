import { createHash, createHmac, randomBytes } from 'node:crypto';
import { perKey, type KeyRing } from '../keys/key-ring';

/** The session's id, and 32 bytes as base64url. */
const TOKEN = /^tfr_([0-9a-f]{24})_[\w-]{43}$/;

const write = (sessionId: string, secret: Buffer) => `tfr_${sessionId}_${secret.toString('base64url')}`;

/** Returns the session that a token names; `undefined` if it is not of the form of a refresh token. */
export const sessionIdOf = (token: string): string | undefined => TOKEN.exec(token)?.[1];

/** Returns the id of a new session. It is random, since whoever guessed one could end that session. */
export const newSessionId = () => randomBytes(12).toString('hex');

export const firstToken = (sessionId: string): string => write(sessionId, randomBytes(32));

/** Returns what is stored of a token. The token is random, so a quick digest is enough. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Derives the token that replaces another one. A request that is sent twice gets the same successor on any worker,
 * although only digests are stored. Without the server's key a stolen token does not lead to later ones.
 */
export function createSuccessors(keys: Pick<KeyRing, 'current' | 'known'>) {
  const secretOf = perKey((secret) => createHmac('sha256', secret).update('refresh tokens').digest());
  const derive = (secret: Buffer, token: string) =>
    write(sessionIdOf(token)!, createHmac('sha256', secret).update(token).digest());

  return {
    next(token: string): { token: string; keyId: string } {
      const key = keys.current();
      return { token: derive(secretOf(key), token), keyId: key.id };
    },

    /** Derives it again with the key of before; `undefined` if this worker does not know that key. */
    again(token: string, keyId: string | null): string | undefined {
      const key = keys.known().find(({ id }) => id === keyId);
      return key && derive(secretOf(key), token);
    },
  };
}
