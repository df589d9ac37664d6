import type { Audit } from '../audit/audit';
import type { Action, Origin } from '../audit/audit-event';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import type { Precondition } from '../lib/version-tag';
import { ConflictError } from '../problems/errors';
import type { RequireInForce } from './in-force';
import type { Access, PublicUserRecord, UserFields, UserRepository } from './user-repository';

interface UserAccessDeps {
  users: Pick<UserRepository, 'byId' | 'change' | 'countAdmins'>;
  transaction: Mongo['transaction'];
  /** Serializes what may take the last Admin away, also on several workers. */
  lockAdmins: (session: ClientSession) => Promise<void>;
  requireInForce: RequireInForce;
  /** Ends the sessions and tokens of a user in the transaction; call the result after the commit. */
  endAccess: (user: PublicUserRecord, session: ClientSession) => Promise<() => Promise<void>>;
  audit: Pick<Audit, 'record'>;
}

export type UserAccess = ReturnType<typeof createUserAccess>;

/** Returns the part of `wanted` that `present` does not have yet; undefined if there is none. */
export function differences(present: PublicUserRecord, { role, disabled }: Access): Access | undefined {
  const isOther = disabled !== undefined && disabled !== (present.disabled ?? false);
  if ((role === undefined || role === present.role) && !isOther) return undefined;
  return { ...(role !== present.role && { role }), ...(isOther && { disabled }) };
}

/** Returns whether the fields would change a name with which the user logs in. */
export const changesLogin = (
  present: PublicUserRecord,
  { email = present.email, username = present.username }: Partial<UserFields>,
): boolean => email !== present.email || username !== present.username;

/** Changes what users may do: their role, and whether they may use the API at all. */
export function createUserAccess(deps: UserAccessDeps) {
  const { users, transaction, lockAdmins, requireInForce, endAccess, audit } = deps;

  /** @throws ConflictError if the transaction has left no Admin who can log in */
  async function requireRemainingAdmin(session: ClientSession): Promise<void> {
    if ((await users.countAdmins(session)) === 0)
      throw new ConflictError(
        'No other Admin can log in. Promote or enable another user first, or let an Admin set a password.',
      );
  }

  async function record(
    [before, after]: [PublicUserRecord, PublicUserRecord],
    origin: Origin,
    session: ClientSession,
  ) {
    const target = String(after._id);
    const note = (action: Action, detail?: string) =>
      audit.record({ action, origin, target, detail }, session);
    if (before.role !== after.role) await note('role-changed', `${before.role} to ${after.role}`);
    if (before.disabled !== after.disabled) await note(after.disabled ? 'user-disabled' : 'user-enabled');
    if (changesLogin(before, after)) await note('login-names-changed');
  }

  return {
    requireRemainingAdmin,

    /**
     * Changes access, and other fields, in one transaction. A new role and disabling end the sessions and tokens of the
     * user, so that no worker goes on with the old rights: call `announce` before the change is acknowledged.
     * @returns null if there is no such user or the precondition does not hold
     */
    change: (
      id: string,
      { access, ...fields }: Partial<UserFields> & { access: Access },
      origin: Origin,
      precondition?: Precondition,
    ): Promise<{ user: PublicUserRecord; announce: () => Promise<void> } | null> =>
      transaction(async (session) => {
        await lockAdmins(session);
        await requireInForce(origin.user, session);
        const before = await users.byId(id, session);
        const after = before && (await users.change(id, fields, precondition, { access, session }));
        if (!before || !after) return null;
        await requireRemainingAdmin(session);
        await record([before, after], origin, session);
        const ends = before.role !== after.role || after.disabled;
        return { user: after, announce: ends ? await endAccess(after, session) : async () => {} };
      }),
  };
}
