import { randomUUID } from 'node:crypto';
import { createHashPool } from '../../src/infra/hash-pool';
import { connectMongo, PATIENT } from '../../src/infra/mongo/mongo';
import { idOf } from '../../src/seed/random';
import { createTaskRepository } from '../../src/tasks/task-repository';
import { createUserRepository } from '../../src/users/user-repository';
import { makeAdmin, newPerson, post, signUp } from './people';

export type Fixtures = ReturnType<typeof createFixtures>;

interface FixturesOptions {
  url: string;
  /** Folder for the Admin's password. */
  folder: string;
  /** Returns the environment of the apps. */
  info: () => { env: Record<string, string> };
  bcryptCost: () => number;
}

const ACCOUNTS = 200;
const LISTED_TASKS = 24;
const MANY_TASKS = 10_000;
const PASSWORD = 'a password of tools';
const DAY_MS = 86_400_000;

/** Every task has the same size, so that the answers of all scenarios and rounds have. */
export const newTask = (assignedTo: string) => ({
  title: 'Read me often',
  description: 'x'.repeat(200),
  assignedTo,
});

/** Makes what scenarios work on: each thing once, when it is first needed, for all setups and rounds. */
export function createFixtures({ url, folder, info, bcryptCost }: FixturesOptions) {
  const database = async <T>(use: (mongo: Awaited<ReturnType<typeof connectMongo>>) => Promise<T>) => {
    const mongo = await connectMongo(info().env.MONGO_URL ?? '', PATIENT);
    return use(mongo).finally(() => mongo.close());
  };

  const admin = once(() => makeAdmin(url, folder, info().env));
  const reader = once(() => signUp(url));

  /** Members who can log in; the API's own code makes them, with one hash for all. */
  const accounts = once(() =>
    database(async ({ connection }) => {
      const pool = createHashPool({ threads: 1, cost: bcryptCost() });
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
    return (await post<{ _id: string }>(`${url}/tasks`, newTask(assignee), headers))._id;
  };

  return {
    admin,
    reader,
    accounts,
    /** A read of a task that is assigned to the reader. */
    taskRead: once(async () => {
      const { id, headers } = await reader();
      return { method: 'GET' as const, path: `/tasks/${await makeTask(id)}`, headers, expected: 200 };
    }),
    /** A read of a page of 20 tasks, each with an assignee. */
    listRead: once(async () => {
      const people = await accounts();
      for (let count = 0; count < LISTED_TASKS; count += 1) await makeTask(people[count % people.length]!.id);
      const { headers } = await admin();
      return { method: 'GET' as const, path: '/tasks?limit=20', headers, expected: 200 };
    }),
    /** Ids of 10,000 tasks, written straight into MongoDB as if the API had made them the day before. */
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
