import type { Audit } from '../audit/audit';
import { COMMAND, type Action, type Caller, type Origin } from '../audit/audit-event';
import type { Principal, Sender } from '../people/principal';
import type { Cached } from '../cache/response-cache';
import { ForbiddenError, NotFoundError, PreconditionFailedError } from '../problems/errors';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import { untilTokensEnd } from '../notices/endings';
import type { NoticeBoard } from '../notices/notice-board';
import type { Cursors } from '../lists/cursor';
import { pick, pageMeta, planList, type ListQuery } from '../lists/list-plan';
import { holdsAt, tagOfVersioned, type Precondition } from '../lib/version-tag';
import type { RequireInForce } from './in-force';
import type { UserCache } from './user-cache';
import { userTable, type UserFilters } from './user-lists';
import { changesLogin, differences, type UserAccess } from './user-access';
import type { Access, PublicUserRecord, UserFields, UserRecord, UserRepository } from './user-repository';
import { toPerson, type Person } from '../people/person';
import { toUser, toUserAt } from './user-view';

export type UserService = ReturnType<typeof createUserService>;

/** Asks the caller for the present password. @throws PasswordRequiredError without the right one */
export type Confirm = (
  password: string | undefined,
  event: { action: Action; origin: Caller & Sender },
  next: () => void,
) => Promise<void>;

interface UserServiceDeps {
  users: UserRepository;
  cursors: Cursors;
  cache: UserCache;
  transaction: Mongo['transaction'];
  board: Pick<NoticeBoard, 'revoke' | 'revokedEverywhere'>;
  tokenLifeMs: number;
  /** The user's tasks. */
  tasksOf: {
    newestIdsOf: (userId: string) => Promise<string[]>;
    newestOf: (user: Person) => Promise<unknown[]>;
  };
  /** Clean-up of other features in the transaction of the removal. */
  onRemoval: ((userId: string, session: ClientSession) => Promise<void>)[];
  /** Clean-up repeated after the commit, for writes that the transaction's snapshot did not contain. */
  afterCommit: ((userId: string) => Promise<void>)[];
  /** Final clean-up; its errors are ignored. */
  afterRemoval: ((userId: string) => Promise<void>)[];
  /** Serializes removals of Admins, so that the last two cannot remove each other at the same time. */
  lockAdmins: (session: ClientSession) => Promise<void>;
  access: UserAccess;
  requireInForce: RequireInForce;
  audit: Pick<Audit, 'record'>;
}

const namesLogin = ({ email, username }: Partial<UserFields>) =>
  email !== undefined || username !== undefined;

export function createUserService(deps: UserServiceDeps) {
  const { users, cache, tasksOf } = deps;
  const notFound = () => new NotFoundError('No such user.');

  function requireSelfOrAdmin(id: string, by: Principal): void {
    if (by.role !== 'Admin' && by.id !== id) throw new ForbiddenError('Only Admins may access other users.');
  }

  function requireOtherAdmin(id: string, by: Principal): void {
    if (by.role !== 'Admin')
      throw new ForbiddenError('Only Admins may change a role, or disable and enable users.');
    if (by.id === id) throw new ForbiddenError('Only another Admin can change your own role and access.');
  }

  const withTaskIds = async (user: PublicUserRecord) =>
    toUserAt(user, await tasksOf.newestIdsOf(String(user._id)));

  /** @param login e-mail address or user name @throws NotFoundError */
  async function named(login: string): Promise<UserRecord> {
    const user = await users.byLogin(login);
    if (!user) throw new NotFoundError(`No user has signed up as ${login}.`);
    return user;
  }

  /** @throws PreconditionFailedError with the current tag if the user exists and is at another version */
  async function requirePrecondition(id: string, precondition: Precondition | undefined): Promise<void> {
    const user = precondition && (await users.byId(id));
    if (!user || holdsAt(precondition, user.version ?? 0)) return;
    await cache.shown(id, user);
    throw new PreconditionFailedError(tagOfVersioned(await withTaskIds(user)));
  }

  /** Records new names to log in with in the transaction of the change. */
  async function changeLogin(
    id: string,
    fields: Partial<UserFields>,
    origin: Origin,
    precondition?: Precondition,
  ) {
    return deps.transaction(async (session) => {
      await deps.requireInForce(origin.user, session);
      const before = await users.byId(id, session);
      const user = await users.change(id, fields, precondition, { session });
      if (before && user && changesLogin(before, fields))
        await deps.audit.record({ action: 'login-names-changed', origin, target: id }, session);
      return user;
    });
  }

  async function changeFields(
    id: string,
    fields: Partial<UserFields>,
    origin: Origin,
    precondition?: Precondition,
  ) {
    const user = await (namesLogin(fields)
      ? changeLogin(id, fields, origin, precondition)
      : users.change(id, fields, precondition));
    return user && { user, refill: await cache.changed(id, user.version ?? 0) };
  }

  async function changeAccess(...change: Parameters<UserAccess['change']>) {
    const done = await deps.access.change(...change);
    if (!done) return null;
    const { user, announce } = done;
    // Both, even if one fails: the change is committed.
    const ended = cache.changed(String(user._id), user.version ?? 0);
    const [refill] = await Promise.all([ended, announce()]);
    return { user, refill };
  }

  /** Adds the tasks to the users of a page, if they are shown. */
  async function withTasks(records: PublicUserRecord[], fields: string[] | undefined) {
    const shown = !fields || fields.includes('tasks');
    return Promise.all(
      records.map(async (user) =>
        pick(toUser(user, shown ? await tasksOf.newestOf(toPerson(user)) : []), fields),
      ),
    );
  }

  return {
    requireSelfOrAdmin,

    /** Returns whether the caller would change their own e-mail address or user name. */
    async changesOwnLogin(id: string, changes: Partial<UserFields>, by: Principal): Promise<boolean> {
      const present = by.id === id && namesLogin(changes) ? await users.byId(id) : null;
      return present !== null && changesLogin(present, changes);
    },

    async list(query: ListQuery<UserFilters>, by: Principal): Promise<Cached> {
      const plan = planList(userTable, query, deps.cursors);
      return cache.list(plan, by.id, async () => {
        const [page, total] = await Promise.all([
          users.page(plan),
          plan.count ? users.count(plan) : undefined,
        ]);
        return {
          value: await withTasks(page.entries, plan.fields),
          meta: pageMeta(page, total),
        };
      });
    },

    async get(id: string, by: Principal): Promise<Cached> {
      requireSelfOrAdmin(id, by);
      return cache.one(id, async () => {
        const user = await users.byId(id);
        if (!user) throw notFound();
        return withTaskIds(user);
      });
    },

    /** Sets the given fields. @throws ForbiddenError if the caller may not change `role` or `disabled` */
    async update(
      id: string,
      { role, disabled, ...fields }: Partial<UserFields> & Access,
      caller: Caller,
      precondition?: Precondition,
    ) {
      requireSelfOrAdmin(id, caller.user);
      const present = role === undefined && disabled === undefined ? null : await users.byId(id);
      const access = present && differences(present, { role, disabled });
      if (access) requireOtherAdmin(id, caller.user);
      const changed = access
        ? await changeAccess(id, { access, ...fields }, caller, precondition)
        : await changeFields(id, fields, caller, precondition);
      if (!changed) {
        await requirePrecondition(id, precondition);
        throw notFound();
      }
      const found = await withTaskIds(changed.user);
      await changed.refill(found);
      return found;
    },

    idOf: async (login: string): Promise<string> => String((await named(login))._id),

    /**
     * Changes the access of a user for a command. Returns whether something was left to change.
     * @param login e-mail address or user name
     */
    async changeAccessOf(login: string, wanted: Access): Promise<boolean> {
      const present = await named(login);
      const access = differences(present, wanted);
      return Boolean(access && (await changeAccess(String(present._id), { access }, COMMAND)));
    },

    /** Removes a user and unassigns their tasks. Afterwards no API worker accepts their token. */
    async remove(id: string, caller: Caller, precondition?: Precondition): Promise<void> {
      requireSelfOrAdmin(id, caller.user);
      const user = await deps.transaction(async (session) => {
        await deps.requireInForce(caller.user, session);
        const removed = await users.remove(id, precondition, session);
        if (!removed) return undefined;
        if (removed.role === 'Admin') {
          await deps.lockAdmins(session);
          await deps.access.requireRemainingAdmin(session);
        }
        for (const leave of deps.onRemoval) await leave(id, session);
        await deps.audit.record({ action: 'user-removed', origin: caller, target: id }, session);
        await deps.board.revoke(id, untilTokensEnd(deps.tokenLifeMs), session);
        return removed;
      });
      if (!user) await requirePrecondition(id, precondition);
      for (const leave of deps.afterCommit) await leave(id);
      // Even if no user was found: an earlier removal may have been cut off before it ended cached entries.
      await Promise.all([user ? cache.left(id) : cache.gone(id), deps.board.revokedEverywhere(id)]);
      if (!user) throw notFound();
      await Promise.allSettled(deps.afterRemoval.map((tidy) => tidy(id)));
    },
  };
}
