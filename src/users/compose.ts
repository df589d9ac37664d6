import type { AvatarRepository } from '../avatars/avatar-repository';
import type { ResponseCache } from '../cache/response-cache';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import type { Cursors } from '../lists/cursor';
import type { NoticeBoard } from '../notices/notice-board';
import type { NoticeRepository } from '../notices/notice-repository';
import type { TaskRepository } from '../tasks/task-repository';
import type { TaskService } from '../tasks/task-service';
import { createUserCache } from './user-cache';
import type { UserRepository } from './user-repository';
import { createUserService } from './user-service';

interface UsersDeps {
  store: {
    mongo: Pick<Mongo, 'transaction'>;
    users: UserRepository;
    tasks: TaskRepository;
    avatars: AvatarRepository;
    notices: NoticeRepository;
    sessions: { removeOfUser: (userId: string, session: ClientSession) => Promise<void> };
  };
  tasks: TaskService;
  cache: ResponseCache;
  cursors: Cursors;
  board: NoticeBoard;
  /** How long a token is valid. */
  tokenLifeMs: number;
}

/** Builds the user service; the removal of a user reaches their tasks and pictures. */
export function composeUsers({ store, tasks: tasksOf, cache, cursors, board, tokenLifeMs }: UsersDeps) {
  const { mongo, users: records, tasks, avatars, notices, sessions } = store;
  const userCache = createUserCache(cache);
  const users = createUserService({
    users: records,
    cursors,
    cache: userCache,
    transaction: mongo.transaction,
    board,
    tokenLifeMs,
    tasksOf,
    onRemoval: [tasks.unassignAll, avatars.removeAll, sessions.removeOfUser],
    afterCommit: [(userId) => tasks.unassignAll(userId)],
    afterRemoval: [avatars.files.removeOfUser],
    lockAdmins: (session) => notices.lock('admins', session),
  });
  return { users, userCache };
}
