import type { AuditEvent, Caller } from '../audit/audit-event';
import type { ClientSession } from '../infra/mongo/mongo';
import { digestOf } from '../lib/digest';
import { spreadSeconds } from '../lib/retry-after';
import { ofSession, ofUser, untilTokensEnd, type Ending } from '../notices/endings';
import type { NoticeBoard } from '../notices/notice-board';
import type { Principal, Sender } from '../people/principal';
import { NotFoundError, UnauthenticatedError, UnavailableError } from '../problems/errors';
import { endedToken } from '../users/in-force';
import type { PublicUserRecord, UserRepository } from '../users/user-repository';
import {
  clientOf,
  createOpenSession,
  endOf,
  MOST_ENDED_AT_ONCE,
  MOST_SESSIONS,
  type Grant,
  type OpenSessionDeps,
} from './open-session';
import { familyOf, type createSuccessors } from './refresh-token';
import type { SessionRecord } from './session-repository';

export type SessionService = ReturnType<typeof createSessionService>;

interface SessionServiceDeps extends OpenSessionDeps {
  users: Pick<UserRepository, 'byId' | 'endTokens' | 'hold'>;
  successors: ReturnType<typeof createSuccessors>;
  board: Pick<NoticeBoard, 'post' | 'announce'>;
}

/** How long the token before the current one gives the same successor: two tabs, a lost answer, a retry of a proxy. */
export const GRACE_MS = 30_000;
const refused = () =>
  new UnauthenticatedError(
    'The refresh token is not valid, has been replaced, or its session has ended. Log in again.',
    'invalid_token',
  );

export function createSessionService(deps: SessionServiceDeps) {
  const { sessions, users, successors, transaction, board, audit, tokens, now = Date.now } = deps;
  const ending = (_id: string): Ending => ({ _id, until: untilTokensEnd(tokens.ttlMs) });

  async function endWithin(ids: string[], txn: ClientSession): Promise<Ending[]> {
    const endings = ids.map((id) => ending(ofSession(id)));
    await sessions.remove(ids, txn);
    await board.post(endings, txn);
    return endings;
  }

  /** Ends sessions and their tokens, also tokens of a session that is no longer stored. */
  async function endSessions(ids: string[], event?: AuditEvent): Promise<void> {
    const endings = await transaction(async (txn) => {
      if (event) await audit.record(event, txn);
      return endWithin(ids, txn);
    });
    await board.announce(endings);
  }

  /**
   * Ends a user's tokens with a lower `authVersion`, and their sessions, in the transaction that raised it. The caller
   * announces the returned endings after the commit.
   * @param kept id of a session that goes on; its tokens end, but its refresh token does not
   * @throws UnauthenticatedError if the kept session has ended
   */
  async function endOlder(
    userId: string,
    authVersion: number,
    txn: ClientSession,
    kept?: string,
  ): Promise<Ending[]> {
    const endings = [{ ...ending(ofUser(userId)), least: authVersion }];
    await sessions.removeOfUser(userId, txn, kept);
    if (kept !== undefined && !(await sessions.keep(kept, authVersion, txn))) throw endedToken();
    await board.post(endings, txn);
    return endings;
  }

  /** Finds the successor that an earlier request with this token got. Ends the session if the token is used too late. */
  async function repeated(family: string, token: string, origin: Sender) {
    const session = await sessions.byFamily(family, new Date(now()));
    if (!session) throw refused();
    const { previousHash, currentHash, keyId, rotatedAt } = session;
    const digest = digestOf(token);
    if (previousHash === digest && now() - rotatedAt!.getTime() <= GRACE_MS) {
      const successor = successors.again(token, keyId);
      if (successor === undefined) {
        const detail = 'This worker does not know the key of the refresh token yet. Try again.';
        throw new UnavailableError(detail, spreadSeconds(1));
      }
      if (digestOf(successor) === currentHash) return { session, refreshToken: successor };
    }
    // Either this token or its successor is in wrong hands, and which one is unknown (RFC 9700, 4.14.2).
    if (currentHash !== digest) {
      const [id, target] = [String(session._id), String(session.userId)];
      const event = { action: 'refresh-token-replayed', outcome: 'refused', origin, target } as const;
      await endSessions([id], { ...event, detail: id });
    }
    throw refused();
  }

  /** Replaces a refresh token, in one step, so that it has one successor whatever is sent at the same time. */
  async function rotate(family: string, token: string, client: Sender) {
    const { token: refreshToken, keyId } = successors.next(token);
    const at = now();
    const session = await sessions.rotate(family, digestOf(token), {
      ...clientOf(client),
      currentHash: digestOf(refreshToken),
      keyId,
      lastUsedAt: new Date(at),
      idleUntil: new Date(at + deps.idleMs),
    });
    return session ? { session, refreshToken } : repeated(family, token, client);
  }

  /** Ends a session whose user is gone or disabled, or has ended what was issued until now, unless it was kept since. */
  async function endStale({ _id, userId, authVersion }: SessionRecord, origin: Sender): Promise<void> {
    const [id, target] = [String(_id), String(userId)];
    const endings = await transaction(async (txn) => {
      if (!(await sessions.removeAt(id, authVersion, txn))) return [];
      await audit.record({ action: 'session-ended', origin, target, detail: id }, txn);
      return endWithin([id], txn);
    });
    await board.announce(endings);
  }

  /**
   * Returns a session with its user. A change of the password that keeps the session may commit between the two reads:
   * then the session is read once more.
   * @throws UnauthenticatedError, and ends the session, if it is not of a user who may use it
   */
  async function withUser(
    session: SessionRecord,
    origin: Sender,
  ): Promise<{ session: SessionRecord; user: PublicUserRecord }> {
    const user = await users.byId(String(session.userId));
    const isEnabled = user && !user.disabled;
    if (isEnabled && session.authVersion >= (user.authVersion ?? 0)) return { session, user };
    const again = isEnabled && (await sessions.byId(String(session._id), new Date(now())));
    if (again && again.authVersion > session.authVersion) return withUser(again, origin);
    await endStale(session, origin);
    throw refused();
  }

  return {
    open: createOpenSession(deps, { endWithin, announce: board.announce }),
    endOlder,
    announce: board.announce,

    /** Returns when a session ends unless it is renewed; `undefined` if it has ended. */
    async endsAt(sessionId: string): Promise<Date | undefined> {
      const session = await sessions.byId(sessionId, new Date(now()));
      return session ? endOf(session) : undefined;
    },

    /** Replaces a refresh token by a new one and a new access token. */
    async renew(token: string, client: Sender): Promise<{ grant: Grant; user: PublicUserRecord }> {
      const family = familyOf(token);
      if (family === undefined) throw refused();
      const { session: rotated, refreshToken } = await rotate(family, token, client);
      const { session, user } = await withUser(rotated, client);
      const { role } = user;
      const { authVersion } = session;
      const sessionId = String(session._id);
      const principal = { id: String(user._id), role, sessionId, authVersion };
      const access = tokens.grant(principal, endOf(session));
      return { grant: { ...access, refreshToken }, user };
    },

    /** Lists the sessions of the caller, the last used first. */
    async list({ id, sessionId }: Principal) {
      const found = await sessions.ofUser(id, { limit: MOST_SESSIONS });
      return found.map(({ _id, device, network, createdAt, lastUsedAt, idleUntil, until }) => ({
        _id: String(_id),
        device,
        network,
        createdAt,
        lastUsedAt,
        expiresAt: endOf({ idleUntil, until }),
        isCurrent: String(_id) === sessionId,
      }));
    },

    /** Ends one session of the caller. */
    async endOne(origin: Caller, sessionId: string): Promise<void> {
      const { id } = origin.user;
      const session = await sessions.byId(sessionId);
      if (String(session?.userId) !== id) throw new NotFoundError('No such session.');
      await endSessions([sessionId], { action: 'session-ended', origin, target: id, detail: sessionId });
    },

    /** Ends all sessions of the caller but the one of this request. */
    async endOthers(origin: Caller): Promise<void> {
      const { id, sessionId } = origin.user;
      const all = await sessions.ofUser(id, { limit: MOST_ENDED_AT_ONCE });
      const others = all.map(({ _id }) => String(_id)).filter((other) => other !== sessionId);
      const event = { action: 'session-ended', origin, target: id } as const;
      if (others.length > 0) await endSessions(others, { ...event, detail: `${others.length} sessions` });
    },

    /**
     * Ends the session of this request, or all tokens and sessions of its user. The token of an earlier release belongs
     * to no session and can only end with all others.
     */
    async logOut(origin: Caller, all: boolean): Promise<void> {
      const { id, sessionId } = origin.user;
      const event = { action: 'log-out', origin, target: id } as const;
      if (sessionId !== undefined && !all) return endSessions([sessionId], event);
      const endings = await transaction(async (txn) => {
        const authVersion = await users.endTokens(id, txn);
        if (authVersion === undefined) return [];
        await audit.record({ ...event, detail: 'all sessions' }, txn);
        return endOlder(id, authVersion, txn);
      });
      await board.announce(endings);
    },
  };
}
