import { LRUCache } from 'lru-cache';
import { digestOf } from '../lib/digest';
import type { NoticeBoard } from '../notices/notice-board';
import type { Principal } from '../people/principal';
import { ForbiddenError, UnauthenticatedError } from '../problems/errors';
import type { PublicUserRecord } from '../users/user-repository';
import { isWellFormed } from './script-token';
import type { ScriptTokenRecord, ScriptTokenRepository } from './script-token-repository';

interface VerifyDeps {
  scriptTokens: Pick<ScriptTokenRepository, 'byHash' | 'used'>;
  userById: (id: string) => Promise<PublicUserRecord | null>;
  board: Pick<NoticeBoard, 'isRevoked'>;
  now?: () => number;
}

interface Known {
  principal: Principal;
  access: ScriptTokenRecord['access'];
  /** When it is read again, or expires (ms since 1970). */
  until: number;
  /** When this worker last noted a use. */
  notedAt: number;
}

/** Most verified tokens that a worker remembers, at about 500 bytes each. */
const REMEMBERED = 20_000;
/** Shorter than the shortest life of a notice: one that this worker has forgotten cannot be about what it remembers. */
export const REMEMBERED_MS = 60_000;
/** How often a use is noted. */
const NOTED_MS = 60_000;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

const READ_ONLY = 'This token may only read. Make one with the access "write".';

const invalid = () =>
  new UnauthenticatedError(
    'The token is not valid, has expired or was deleted. Make a new one.',
    'invalid_token',
  );

/** Creates the function that returns the user of a script token, from memory if this worker has seen it before. */
export function createVerifyScriptToken({ scriptTokens, userById, board, now = Date.now }: VerifyDeps) {
  // Not its `ttl`, which starts a timer in each millisecond with a request.
  const remembered = new LRUCache<string, Known>({ max: REMEMBERED });

  /** @throws UnauthenticatedError if there is no such token, or its user is gone or disabled */
  async function load(token: string): Promise<Known> {
    const readAt = now();
    const record = await scriptTokens.byHash(digestOf(token));
    const user = record && (await userById(String(record.userId)));
    if (!record || !user || user.disabled) throw invalid();
    const principal = {
      id: String(user._id),
      role: user.role,
      authVersion: user.authVersion ?? 0,
      scriptTokenId: String(record._id),
    };
    const { access, expiresAt, lastUsedAt } = record;
    const until = Math.min(readAt + REMEMBERED_MS, expiresAt.getTime());
    const known = { principal, access, until, notedAt: lastUsedAt?.getTime() ?? 0 };
    remembered.set(token, known);
    return known;
  }

  /** Reads the token and its user again if a notice says that something about them has changed. */
  async function current(token: string): Promise<Known> {
    const known = remembered.get(token);
    if (known && known.until > now() && !(await board.isRevoked(known.principal))) return known;
    remembered.delete(token);
    if (!isWellFormed(token)) throw invalid();
    return load(token);
  }

  /** Notes the use without making the request wait. */
  function note(known: Known): void {
    const at = now();
    if (at - known.notedAt < NOTED_MS) return;
    known.notedAt = at;
    const before = new Date(at - NOTED_MS);
    scriptTokens.used(known.principal.scriptTokenId!, new Date(at), before).catch(() => {});
  }

  /** @throws UnauthenticatedError, or ForbiddenError if the token may only read */
  return async function verifyScriptToken(token: string, method: string): Promise<Principal> {
    const known = await current(token);
    note(known);
    if (known.access === 'read' && !SAFE_METHODS.has(method))
      throw new ForbiddenError(READ_ONLY, 'insufficient_scope');
    return known.principal;
  };
}
