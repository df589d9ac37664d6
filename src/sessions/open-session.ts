import type { Audit } from '../audit/audit';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import { networkOf } from '../lib/client-address';
import type { Ending } from '../notices/endings';
import type { Principal, Role, Sender } from '../people/principal';
import type { UserRepository } from '../users/user-repository';
import { digestOf } from '../lib/digest';
import { firstToken, newIds } from './refresh-token';
import type { SessionRecord, SessionRepository } from './session-repository';

/** What a client gets for a log-in or a renewal. */
export interface Grant {
  token: string;
  expiresAt: Date;
  refreshToken: string;
}

export interface OpenSessionDeps {
  sessions: SessionRepository;
  users: Pick<UserRepository, 'hold'>;
  transaction: Mongo['transaction'];
  audit: Pick<Audit, 'record'>;
  tokens: { ttlMs: number; grant: (principal: Principal, until: Date) => { token: string; expiresAt: Date } };
  /** How long a session lasts without a renewal, and at most. */
  idleMs: number;
  mostMs: number;
  now?: () => number;
}

/** Ends sessions in a transaction; what it returns is announced after the commit. */
interface Ends {
  endWithin: (ids: string[], txn: ClientSession) => Promise<Ending[]>;
  announce: (endings: Ending[]) => Promise<void>;
}

/** Most sessions of a user; a further log-in ends the one that was used least recently. */
export const MOST_SESSIONS = 100;
export const MOST_ENDED_AT_ONCE = 1_000;
const MOST_OF_DEVICE = 256;

export const clientOf = ({ address, userAgent = '' }: Sender) => ({
  // Node decodes headers as Latin-1; controls and anything beyond could not be shown.
  device: userAgent.replace(/[^ -~\xa0-\xff]/g, '').slice(0, MOST_OF_DEVICE),
  network: networkOf(address),
});

/** Returns when a session ends without a renewal. */
export const endOf = ({ idleUntil, until }: Pick<SessionRecord, 'idleUntil' | 'until'>) =>
  idleUntil < until ? idleUntil : until;

/** Creates the function that begins a session of a user who has just logged in. */
export function createOpenSession(deps: OpenSessionDeps, { endWithin, announce }: Ends) {
  const { sessions, users, transaction, audit, tokens, now = Date.now } = deps;
  const surplusPage = { skip: MOST_SESSIONS - 1, limit: MOST_ENDED_AT_ONCE };

  /**
   * Holds the user, so that of simultaneous log-ins each counts the sessions of the others, and none gets a session that
   * was proved before the user was disabled or got another password.
   * @param user as read before the password was compared
   * @param how is for the audit
   * @returns `undefined` if the user is gone or disabled, or what was issued until that read has ended
   */
  return async function open(
    { _id, role, authVersion = 0 }: { _id: unknown; role: Role; authVersion?: number },
    client: Sender,
    how?: string,
  ): Promise<Grant | undefined> {
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
    const principal = { id: userId, role, sessionId: id, authVersion };
    const event = { origin: { ...client, user: principal }, target: userId };
    const endings = await transaction(async (txn) => {
      if (!(await users.hold(userId, txn, { role, authVersion }))) return undefined;
      const surplus = (await sessions.ofUser(userId, surplusPage, txn)).map((one) => String(one._id));
      await sessions.create(session, txn);
      await audit.record({ ...event, action: 'log-in', detail: how }, txn);
      if (surplus.length === 0) return [];
      const detail = `${surplus.length} beyond ${MOST_SESSIONS}`;
      await audit.record({ ...event, action: 'session-ended', detail }, txn);
      return endWithin(surplus, txn);
    });
    if (!endings) return undefined;
    if (endings.length > 0) await announce(endings);
    return { ...tokens.grant(principal, endOf(session)), refreshToken };
  };
}
