import { createHash } from 'node:crypto';

/** Returns the SHA-256 of a text as base64url. It is fast, so only for texts that cannot be guessed or are no secret. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
