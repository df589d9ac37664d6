import type { Principal } from '../principal';
import type { Cached } from '../cache/response-cache';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors';
import type { ClientSession, Mongo } from '../infra/mongo';
import type { NoticeBoard } from '../notices/notice-board';
import { nextCursor, type PageRequest } from '../page';
import type { UserCache } from './user-cache';
import type { UserRepository } from './user-repository';
import { toPerson, toUser, type Person } from './user-view';

export type UserService = ReturnType<typeof createUserService>;

/** A log-in that found the user before the removal may issue its token this much after it. */
const LOGIN_MS = 60_000;

interface UserServiceDeps {
  users: UserRepository;
  cache: UserCache;
  transaction: Mongo['transaction'];
  board: Pick<NoticeBoard, 'revoke' | 'revokedEverywhere'>;
  tokenLifeMs: number;
  /** What the tasks' side tells of a user. */
  tasksOf: {
    newestIdsOf: (userId: string) => Promise<string[]>;
    newestOf: (userId: string) => Promise<unknown[]>;
  };
  /** What the other features do where a user goes, in the same transaction. */
  onRemoval: ((userId: string, session: ClientSession) => Promise<void>)[];
  /** What they do once that is committed; an error here loses nothing that counts. */
  afterRemoval: ((userId: string) => Promise<void>)[];
  /** Makes removals of Admins wait for each other, so that two can't both leave the other as the last. */
  lockAdmins: (session: ClientSession) => Promise<void>;
}

export function createUserService(deps: UserServiceDeps) {
  const { users, cache, tasksOf } = deps;
  const notFound = () => new NotFoundError('There is no such user.');

  function requireSelfOrAdmin(id: string, by: Principal): void {
    if (by.role !== 'Admin' && by.id !== id) throw new ForbiddenError('Another user is for Admins alone.');
  }

  return {
    requireSelfOrAdmin,

    async list(page: PageRequest): Promise<Cached> {
      return cache.list(page, async () => {
        const records = await users.page(page);
        const views = records.map(async (user) => toUser(user, await tasksOf.newestOf(String(user._id))));
        return { value: await Promise.all(views), meta: { next: nextCursor(records, page) } };
      });
    },

    async get(id: string, by: Principal): Promise<Cached> {
      requireSelfOrAdmin(id, by);
      return cache.one(id, async () => {
        const [user, taskIds] = await Promise.all([users.byId(id), tasksOf.newestIdsOf(id)]);
        if (!user) throw notFound();
        return { value: toUser(user, taskIds) };
      });
    },

    async peopleById(ids: string[]): Promise<Map<string, Person>> {
      if (ids.length === 0) return new Map();
      return new Map((await users.byIds(ids)).map((user) => [String(user._id), toPerson(user)]));
    },

    /** Their tasks stay and lose their assignee; once it is answered, no worker takes their token any more. */
    async remove(id: string, by: Principal): Promise<void> {
      requireSelfOrAdmin(id, by);
      const user = await deps.transaction(async (session) => {
        const removed = await users.remove(id, session);
        if (!removed) return undefined;
        if (removed.role === 'Admin') {
          await deps.lockAdmins(session);
          if ((await users.countAdmins(session)) === 0) {
            throw new ConflictError('This is the last Admin; make another one first.');
          }
        }
        for (const leave of deps.onRemoval) await leave(id, session);
        await deps.board.revoke(id, new Date(Date.now() + deps.tokenLifeMs + LOGIN_MS), session);
        return removed;
      });
      // Also where nobody was found: an earlier removal may have been cut off before it said so.
      await Promise.all([cache.left(id), deps.board.revokedEverywhere()]);
      if (!user) throw notFound();
      await Promise.allSettled(deps.afterRemoval.map((tidy) => tidy(id)));
    },
  };
}
