import type { TaskRepository } from '../tasks/task-repository';
import type { UserRepository } from '../users/user-repository';
import { taskAt, userAt } from './made-up';

interface SeedOptions {
  users: Pick<UserRepository, 'addMissing'>;
  tasks: Pick<TaskRepository, 'addMissing'>;
  /** Shared by all users: a hash for each would take minutes. */
  passwordHash: string;
  seed: number;
  count: { users: number; tasks: number };
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

const BATCH = 500;

/** Adds the users and tasks of this seed that do not exist yet. @returns the numbers added */
export async function seedData(options: SeedOptions): Promise<{ users: number; tasks: number }> {
  const { seed, count, passwordHash, onProgress = () => {}, signal } = options;
  const total = count.users + count.tasks;
  let done = 0;

  async function inBatches<T>(
    size: number,
    make: (index: number) => T,
    add: (batch: T[]) => Promise<number>,
  ) {
    let added = 0;
    for (let from = 0; from < size; from += BATCH) {
      signal?.throwIfAborted();
      const length = Math.min(BATCH, size - from);
      added += await add(Array.from({ length }, (_, index) => make(from + index)));
      onProgress((done += length), total);
    }
    return added;
  }

  const users = await inBatches(
    count.users,
    (index) => userAt(seed, index, passwordHash),
    options.users.addMissing,
  );
  const tasks = await inBatches(
    count.tasks,
    (index) => taskAt(seed, index, count.users),
    options.tasks.addMissing,
  );
  return { users, tasks };
}
