import { randomBytes } from 'node:crypto';
import type { Audit } from '../audit/audit';
import type { Caller } from '../audit/audit-event';
import type { IdempotentRequest, Once } from '../idempotency/idempotency-service';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import { ConflictError } from '../problems/errors';
import type { RequireInForce } from '../users/in-force';
import type { NewUser, UserRecord, UserRepository } from '../users/user-repository';
import { NO_HASH } from '../users/password';
import { toUser } from '../users/user-view';
import type { PasswordService } from './password-service';

interface CreateUserDeps {
  users: Pick<UserRepository, 'create' | 'byId'>;
  makeReset: PasswordService['makeReset'];
  once: Once;
  transaction: Mongo['transaction'];
  requireInForce: RequireInForce;
  audit: Pick<Audit, 'record'>;
  userJoined: (userId: string, version: number) => Promise<void>;
  userShown: (userId: string, user: Pick<UserRecord, 'version' | 'updatedAt'>) => Promise<void>;
  taskIdsOf: (userId: string) => Promise<string[]>;
}

export type CreateUser = ReturnType<typeof createUserCreation>;

/** Stands for a hash that no password has, and differs for each user, so that a reset token is bound to it. */
const noHash = () => `${NO_HASH}${randomBytes(24).toString('base64url')}`;

/** Creates the function with which an Admin adds a user. The user sets a password by the returned token. */
export function createUserCreation(deps: CreateUserDeps) {
  const { users, audit } = deps;

  return async function createUser(
    person: Omit<NewUser, 'passwordHash'>,
    origin: Caller,
    idempotency?: IdempotentRequest,
  ) {
    let version = 0;
    const { result: id, replayed } = await deps.once(idempotency, origin.user.id, (session) => {
      const add = async (txn: ClientSession) => {
        await deps.requireInForce(origin.user, txn);
        const made = await users.create({ ...person, passwordHash: noHash() }, txn);
        version = made.version;
        const event = { action: 'user-created', origin, target: String(made._id) } as const;
        await audit.record({ ...event, detail: made.role }, txn);
        return String(made._id);
      };
      return session ? add(session) : deps.transaction(add);
    });
    if (!replayed) await deps.userJoined(id, version);
    const user = await users.byId(id);
    if (!user) throw new ConflictError('The user of this request has been removed. Send it with a new key.');
    // The first request may have been cut off before it invalidated the cache.
    if (replayed) await deps.userShown(id, user);
    const reset = await deps.makeReset(id, origin);
    return { made: { user: toUser(user, replayed ? await deps.taskIdsOf(id) : []), ...reset }, replayed };
  };
}
