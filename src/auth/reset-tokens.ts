import { createHmac, timingSafeEqual } from 'node:crypto';
import { perKey, type KeyRing } from '../keys/key-ring';

export type ResetTokens = ReturnType<typeof createResetTokens>;

/** The user's id, the end in ms since 1970 in base 36, and a digest of both with the present password hash. */
const TOKEN = /^tfp_([0-9a-f]{24})_([0-9a-z]{8,9})_([\w-]{43})$/;
const LIFE_MS = 3_600_000;

export interface ResetToken {
  resetToken: string;
  expiresAt: Date;
}

/**
 * Makes and checks tokens that set a new password. Nothing is stored: a token is bound to the password hash that it
 * replaces, so it works once, and any change of the password ends it.
 */
export function createResetTokens(keys: Pick<KeyRing, 'current' | 'accepted'>) {
  const secretOf = perKey((secret) => createHmac('sha256', secret).update('password resets').digest());
  const digestOf = (secret: Buffer, userId: string, end: string, passwordHash: string) =>
    createHmac('sha256', secret).update(`${userId} ${end} ${passwordHash}`).digest();

  return {
    make(userId: string, passwordHash: string): ResetToken {
      const expiresAt = new Date(Date.now() + LIFE_MS);
      const end = expiresAt.getTime().toString(36);
      const digest = digestOf(secretOf(keys.current()), userId, end, passwordHash);
      return { resetToken: `tfp_${userId}_${end}_${digest.toString('base64url')}`, expiresAt };
    },

    /** Returns the id of the user whose token it claims to be; `undefined` if it has expired or is no such token. */
    userIdOf(token: string): string | undefined {
      const [, userId, end] = TOKEN.exec(token) ?? [];
      return end !== undefined && parseInt(end, 36) > Date.now() ? userId : undefined;
    },

    /** Returns whether the token was made for this user and password hash. */
    isOf(token: string, passwordHash: string): boolean {
      const [, userId, end, sent] = TOKEN.exec(token)!;
      const digest = Buffer.from(sent!, 'base64url');
      return keys
        .accepted()
        .some((key) => timingSafeEqual(digest, digestOf(secretOf(key), userId!, end!, passwordHash)));
    },
  };
}
