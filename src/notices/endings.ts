import type { Notice } from './notice-model';

/** A notice that ends tokens before they expire. */
export type Ending = Pick<Notice, '_id' | 'until'> & { least?: number | null };

/** What a token says of its holder. */
export interface Holder {
  id: string;
  sessionId?: string;
  scriptTokenId?: string;
  authVersion?: number;
}

/** Longest time between the read of a user and the token that is issued for what was read. */
const ISSUE_MS = 60_000;

/** Returns when the last token ends that may have been issued before now, or for what was read before now. */
export const untilTokensEnd = (tokenLifeMs: number): Date => new Date(Date.now() + tokenLifeMs + ISSUE_MS);

/** Id of the notice that ends all tokens of a removed user. */
export const ofRemoved = (userId: string) => `revoked:${userId}`;
/** Id of the notice that ends the tokens of a session. */
export const ofSession = (sessionId: string) => `session:${sessionId}`;
/** Id of the notice that ends a user's tokens with an `authVersion` below its `least`. */
export const ofUser = (userId: string) => `user:${userId}`;

/** Id of the notice that ends a script token. */
export const ofScriptToken = (tokenId: string) => `script:${tokenId}`;

/** Returns the ids of all notices that may end a token. */
export const endingsOf = ({ id, sessionId, scriptTokenId }: Holder): string[] => [
  ofRemoved(id),
  ofUser(id),
  ...(sessionId === undefined ? [] : [ofSession(sessionId)]),
  ...(scriptTokenId === undefined ? [] : [ofScriptToken(scriptTokenId)]),
];
