import type { Principal, Role } from '../people/principal';
import type { Cached } from '../cache/response-cache';
import { ConflictError, ForbiddenError, NotFoundError, PreconditionFailedError } from '../problems/errors';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import { untilTokensEnd } from '../notices/endings';
import type { NoticeBoard } from '../notices/notice-board';
import type { Cursors } from '../lists/cursor';
import { pick, pageMeta, planList, type ListQuery } from '../lists/list-plan';
import { holdsAt, tagOfVersioned, type Precondition } from '../lib/version-tag';
import type { UserCache } from './user-cache';
import { userTable, type UserFilters } from './user-lists';
import type { PublicUserRecord, UserFields, UserRepository } from './user-repository';
import { toPerson, type Person } from '../people/person';
import { toUser, toUserAt } from './user-view';

export type UserService = ReturnType<typeof createUserService>;

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
  /** Serializes removals of Admins, so that the last two can not remove each other at the same time. */
  lockAdmins: (session: ClientSession) => Promise<void>;
}

export function createUserService(deps: UserServiceDeps) {
  const { users, cache, tasksOf } = deps;
  const notFound = () => new NotFoundError('No such user.');

  function requireSelfOrAdmin(id: string, by: Principal): void {
    if (by.role !== 'Admin' && by.id !== id) throw new ForbiddenError('Only Admins may access other users.');
  }

  const withTaskIds = async (user: PublicUserRecord) =>
    toUserAt(user, await tasksOf.newestIdsOf(String(user._id)));

  /** @throws PreconditionFailedError with the current tag if the user exists and is at another version */
  async function requirePrecondition(id: string, precondition: Precondition | undefined): Promise<void> {
    const user = precondition && (await users.byId(id));
    if (!user || holdsAt(precondition, user.version ?? 0)) return;
    await cache.shown(id, user);
    throw new PreconditionFailedError(tagOfVersioned(await withTaskIds(user)));
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

    /** Sets the given fields. @throws ForbiddenError if `role` differs from the current role */
    async update(
      id: string,
      { role, ...fields }: Partial<UserFields> & { role?: Role },
      by: Principal,
      precondition?: Precondition,
    ) {
      requireSelfOrAdmin(id, by);
      const present = role && (await users.byId(id));
      if (present && present.role !== role) {
        throw new ForbiddenError(
          'A role can not be changed here. The operator promotes users: npm run admin -- --promote NAME.',
        );
      }
      const user = await users.change(id, fields, precondition);
      if (!user) {
        await requirePrecondition(id, precondition);
        throw notFound();
      }
      const refill = await cache.changed(id, user.version ?? 0);
      const found = await withTaskIds(user);
      await refill(found);
      return found;
    },

    /** Removes a user and unassigns their tasks. Afterwards no API worker accepts their token. */
    async remove(id: string, by: Principal, precondition?: Precondition): Promise<void> {
      requireSelfOrAdmin(id, by);
      const user = await deps.transaction(async (session) => {
        const removed = await users.remove(id, precondition, session);
        if (!removed) return undefined;
        if (removed.role === 'Admin') {
          await deps.lockAdmins(session);
          if ((await users.countAdmins(session)) === 0) {
            throw new ConflictError('This is the last Admin. Create another one first.');
          }
        }
        for (const leave of deps.onRemoval) await leave(id, session);
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
