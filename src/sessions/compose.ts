import type { Audit } from '../audit/audit';
import type { Config } from '../config';
import type { Mongo } from '../infra/mongo/mongo';
import type { KeyRing } from '../keys/key-ring';
import type { NoticeBoard } from '../notices/notice-board';
import { createRequireInForce } from '../users/in-force';
import type { UserRepository } from '../users/user-repository';
import { createSuccessors } from './refresh-token';
import type { SessionRepository } from './session-repository';
import { createSessionService } from './session-service';

interface SessionsDeps {
  store: { mongo: Pick<Mongo, 'transaction'>; users: UserRepository; sessions: SessionRepository };
  board: NoticeBoard;
  audit: Audit;
  keys: KeyRing;
  tokens: Parameters<typeof createSessionService>[0]['tokens'];
}

const DAY_MS = 86_400_000;

export const composeSessions = (
  { sessionIdleDays, sessionMaxDays }: Pick<Config, 'sessionIdleDays' | 'sessionMaxDays'>,
  { store: { mongo, users, sessions }, board, audit, keys, tokens }: SessionsDeps,
) => ({
  requireInForce: createRequireInForce({ users, sessions }),
  ...createSessionService({
    sessions,
    users,
    successors: createSuccessors(keys),
    transaction: mongo.transaction,
    board,
    audit,
    tokens,
    idleMs: sessionIdleDays * DAY_MS,
    mostMs: sessionMaxDays * DAY_MS,
  }),
});
