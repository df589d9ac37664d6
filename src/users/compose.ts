import type { Audit } from '../audit/audit';
import type { AvatarRepository } from '../avatars/avatar-repository';
import type { ResponseCache } from '../cache/response-cache';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import type { Cursors } from '../lists/cursor';
import type { Ending } from '../notices/endings';
import type { NoticeBoard } from '../notices/notice-board';
import type { NoticeRepository } from '../notices/notice-repository';
import type { TaskRepository } from '../tasks/task-repository';
import type { TaskService } from '../tasks/task-service';
import type { RequireInForce } from './in-force';
import { createUserAccess } from './user-access';
import { createUserCache } from './user-cache';
import type { UserRepository } from './user-repository';
import { createUserService } from './user-service';

type Leave = (userId: string, session: ClientSession) => Promise<void>;

interface UsersDeps {
  store: {
    mongo: Pick<Mongo, 'transaction'>;
    users: UserRepository;
    tasks: TaskRepository;
    avatars: AvatarRepository;
    notices: NoticeRepository;
    sessions: { removeOfUser: Leave };
    scriptTokens: { removeOfUser: Leave };
  };
  tasks: TaskService;
  cache: ResponseCache;
  cursors: Cursors;
  board: NoticeBoard;
  audit: Audit;
  /** Ends what was issued to a user; its result is announced after the commit. */
  sessions: {
    endOlder: (userId: string, authVersion: number, session: ClientSession) => Promise<Ending[]>;
    announce: (endings: Ending[]) => Promise<void>;
    requireInForce: RequireInForce;
  };
  /** How long a token is valid. */
  tokenLifeMs: number;
}

/** Builds the user service; the removal of a user reaches their tasks and pictures. */
export function composeUsers(deps: UsersDeps) {
  const { store, tasks: tasksOf, cache, cursors, board, audit, sessions, tokenLifeMs } = deps;
  const { mongo, users: records, tasks, avatars, notices } = store;
  const { transaction } = mongo;
  const { requireInForce } = sessions;
  const lockAdmins = (session: ClientSession) => notices.lock('admins', session);
  const userCache = createUserCache(cache);
  const access = createUserAccess({
    users: records,
    transaction,
    lockAdmins,
    requireInForce,
    async endAccess({ _id, authVersion = 0 }, session) {
      const endings = await sessions.endOlder(String(_id), authVersion, session);
      return () => sessions.announce(endings);
    },
    audit,
  });
  const users = createUserService({
    users: records,
    cursors,
    cache: userCache,
    transaction,
    board,
    tokenLifeMs,
    tasksOf,
    onRemoval: [
      tasks.unassignAll,
      avatars.removeAll,
      (id, session) => store.sessions.removeOfUser(id, session),
      store.scriptTokens.removeOfUser,
    ],
    afterCommit: [(userId) => tasks.unassignAll(userId)],
    afterRemoval: [avatars.files.removeOfUser],
    lockAdmins,
    access,
    requireInForce,
    audit,
  });
  return { users, userCache };
}
