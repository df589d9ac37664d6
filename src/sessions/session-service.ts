import type { Audit } from '../audit/audit';
import type { AuditEvent, Caller } from '../audit/audit-event';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import { networkOf } from '../lib/client-address';
import { spreadSeconds } from '../lib/retry-after';
import { ofSession, ofUser, untilTokensEnd, type Ending } from '../notices/endings';
import type { NoticeBoard } from '../notices/notice-board';
import type { Principal, Role } from '../people/principal';
import { NotFoundError, UnauthenticatedError, UnavailableError } from '../problems/errors';
import { endedToken } from '../users/in-force';
import type { PublicUserRecord, UserRepository } from '../users/user-repository';
import { digestOf, familyOf, firstToken, newIds, type createSuccessors } from './refresh-token';
import type { SessionRecord, SessionRepository } from './session-repository';

export type SessionService = ReturnType<typeof createSessionService>;

interface SessionServiceDeps {
  sessions: SessionRepository;
  users: Pick<UserRepository, 'byId' | 'endTokens'>;
  successors: ReturnType<typeof createSuccessors>;
  transaction: Mongo['transaction'];
  board: Pick<NoticeBoard, 'post' | 'announce'>;
  audit: Pick<Audit, 'record'>;
  tokens: { ttlMs: number; grant: (principal: Principal, until: Date) => { token: string; expiresAt: Date } };
  /** How long a session lasts without a renewal, and at most. */
  idleMs: number;
  mostMs: number;
  now?: () => number;
}

/** The client of a log-in or renewal. */
export interface Client {
  address: string;
  requestId: string;
  userAgent?: string;
}

/** What a client gets for a log-in or a renewal. */
export interface Grant {
  token: string;
  expiresAt: Date;
  refreshToken: string;
}

/** How long the token before the current one gives the same successor: two tabs, a lost answer, a retry of a proxy. */
export const GRACE_MS = 30_000;
/** Most sessions of a user; a further log-in ends the one that was used least recently. */
export const MOST_SESSIONS = 100;
const MOST_ENDED_AT_ONCE = 1_000;
const MOST_OF_DEVICE = 256;

const clientOf = ({ address, userAgent = '' }: Client) => ({
  // Node decodes headers as Latin-1; controls and anything beyond could not be shown.
  device: userAgent.replace(/[^ -~\xa0-\xff]/g, '').slice(0, MOST_OF_DEVICE),
  network: networkOf(address),
});

/** Returns when a session ends without a renewal. */
const endOf = ({ idleUntil, until }: Pick<SessionRecord, 'idleUntil' | 'until'>) =>
  idleUntil < until ? idleUntil : until;

const refused = () =>
  new UnauthenticatedError(
    'The refresh token is not valid, has been replaced, or its session has ended. Log in again.',
    'invalid_token',
  );

export function createSessionService(deps: SessionServiceDeps) {
  const { sessions, users, successors, transaction, board, audit, tokens, now = Date.now } = deps;
  const ending = (_id: string): Ending => ({ _id, until: untilTokensEnd(tokens.ttlMs) });

  /** Ends sessions and their tokens, also tokens of a session that is no longer stored. */
  async function endThese(ids: string[], event?: AuditEvent): Promise<void> {
    const endings = ids.map((id) => ending(ofSession(id)));
    await transaction(async (txn) => {
      await sessions.remove(ids, txn);
      await board.post(endings, txn);
      if (event) await audit.record(event, txn);
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
  async function repeated(family: string, token: string, origin: Client) {
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
      await endThese([id], { ...event, detail: id });
    }
    throw refused();
  }

  /** Replaces a refresh token, in one step, so that it has one successor whatever is sent at the same time. */
  async function rotate(family: string, token: string, client: Client) {
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

  /** @throws UnauthenticatedError, and ends the session, if its user is gone or has ended what was issued until now */
  async function userOf({ _id, userId, authVersion }: SessionRecord): Promise<PublicUserRecord> {
    const user = await users.byId(String(userId));
    if (user && !user.disabled && authVersion >= (user.authVersion ?? 0)) return user;
    await endThese([String(_id)]);
    throw refused();
  }

  return {
    endOlder,
    announce: board.announce,

    /** Begins a session of a user who has just logged in. @param how is for the audit */
    async open(
      { _id, role, authVersion = 0 }: { _id: unknown; role: Role; authVersion?: number },
      client: Client,
      how?: string,
    ): Promise<Grant> {
      const { id, family } = newIds();
      const [userId, at] = [String(_id), now()];
      const refreshToken = firstToken(family);
      const session = {
        ...clientOf(client),
        id,
        userId,
        family,
        authVersion,
        currentHash: digestOf(refreshToken),
        createdAt: new Date(at),
        lastUsedAt: new Date(at),
        idleUntil: new Date(at + deps.idleMs),
        until: new Date(at + deps.mostMs),
      };
      const page = { skip: MOST_SESSIONS - 1, limit: MOST_ENDED_AT_ONCE };
      const surplus = (await sessions.ofUser(userId, page)).map((one) => String(one._id));
      const principal = { id: userId, role, sessionId: id, authVersion };
      const event = { action: 'log-in', origin: { ...client, user: principal }, target: userId } as const;
      if (surplus.length > 0) await endThese(surplus);
      await transaction(async (txn) => {
        await sessions.create(session, txn);
        await audit.record({ ...event, detail: how }, txn);
      });
      return { ...tokens.grant(principal, endOf(session)), refreshToken };
    },

    /** Replaces a refresh token by a new one and a new access token. */
    async renew(token: string, client: Client): Promise<{ grant: Grant; user: PublicUserRecord }> {
      const family = familyOf(token);
      if (family === undefined) throw refused();
      const { session, refreshToken } = await rotate(family, token, client);
      const user = await userOf(session);
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
      await endThese([sessionId], { action: 'session-ended', origin, target: id, detail: sessionId });
    },

    /** Ends all sessions of the caller but the one of this request. */
    async endOthers(origin: Caller): Promise<void> {
      const { id, sessionId } = origin.user;
      const all = await sessions.ofUser(id, { limit: MOST_ENDED_AT_ONCE });
      const others = all.map(({ _id }) => String(_id)).filter((other) => other !== sessionId);
      const event = { action: 'session-ended', origin, target: id } as const;
      if (others.length > 0) await endThese(others, { ...event, detail: `${others.length} sessions` });
    },

    /**
     * Ends the session of this request, or all tokens and sessions of its user. The token of an earlier release belongs
     * to no session and can only end with all others.
     */
    async logOut(origin: Caller, all: boolean): Promise<void> {
      const { id, sessionId } = origin.user;
      const event = { action: 'log-out', origin, target: id } as const;
      if (sessionId !== undefined && !all) return endThese([sessionId], event);
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
