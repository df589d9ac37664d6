import { randomUUID } from 'node:crypto';
import { createHashPool } from '../../src/infra/hash-pool';
import { connectMongo, PATIENT } from '../../src/infra/mongo/mongo';
import { idOf } from '../../src/seed/random';
import { createTaskRepository } from '../../src/tasks/task-repository';
import { createUserRepository } from '../../src/users/user-repository';
import type { BenchStack } from './bench-stack';
import { makeAdmin, newPerson, post, signUp } from './people';

export type Fixtures = ReturnType<typeof createFixtures>;

const ACCOUNTS = 200;
const LISTED_TASKS = 24;
const MANY_TASKS = 10_000;
const PASSWORD = 'a password of the bench';
const DAY_MS = 86_400_000;

/** All tasks of the bench are as large, so that answers of all scenarios and rounds are. */
export const newTask = (assignedTo: string) => ({
  title: 'Read me often',
  description: 'x'.repeat(200),
  assignedTo,
});

/** What scenarios work on: each is made when it is first asked for, and the same for all setups and rounds. */
export function createFixtures(stack: Pick<BenchStack, 'url' | 'folder' | 'info' | 'bcryptCost'>) {
  const database = async <T>(use: (mongo: Awaited<ReturnType<typeof connectMongo>>) => Promise<T>) => {
    const mongo = await connectMongo(stack.info().env.MONGO_URL ?? '', PATIENT);
    try {
      return await use(mongo);
    } finally {
      await mongo.close();
    }
  };

  const admin = once(() => makeAdmin(stack.url, stack.folder, stack.info().env));
  const reader = once(() => signUp(stack.url));

  /** People who log in: made by the API's own code, but with one hash for all of them. */
  const accounts = once(() =>
    database(async ({ connection }) => {
      const pool = createHashPool({ threads: 1, cost: stack.bcryptCost() });
      const passwordHash = await pool.hash(PASSWORD).finally(() => pool.close());
      const users = createUserRepository(connection);
      const made: { id: string; email: string; password: string }[] = [];
      for (let count = 0; count < ACCOUNTS; count += 1) {
        const { name, email, username } = newPerson();
        const user = await users.create({ name, email, username, passwordHash, role: 'worker' });
        made.push({ id: String(user._id), email, password: PASSWORD });
      }
      return made;
    }),
  );

  const makeTask = async (assignee: string): Promise<string> => {
    const { headers } = await admin();
    const task = await post<{ _id: string }>(`${stack.url}/tasks`, newTask(assignee), headers);
    return task._id;
  };

  return {
    admin,
    reader,
    accounts,
    /** The path of a task that is the reader's own. */
    taskPath: once(async () => `/tasks/${await makeTask((await reader()).id)}`),
    /** The path of a page of 20, each with an assignee. */
    listPath: once(async () => {
      const people = await accounts();
      for (let count = 0; count < LISTED_TASKS; count += 1) await makeTask(people[count % people.length]!.id);
      return '/tasks?limit=20';
    }),
    /** Ids of 10,000 tasks; straight into MongoDB, as the API would have written them the day before. */
    manyTasks: once(async () => {
      const people = await accounts();
      return database(async ({ connection }) => {
        const at = new Date(Date.now() - DAY_MS);
        const rest = { status: 'to Do', priority: 'normal', position: at.getTime(), at } as const;
        const made = Array.from({ length: MANY_TASKS }, (_, index) => ({
          ...{ id: idOf(randomUUID()), labels: [], ...rest },
          ...newTask(people[index % people.length]!.id),
        }));
        await createTaskRepository(connection).addMissing(made);
        return made.map(({ id }) => id);
      });
    }),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
