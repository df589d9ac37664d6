import { composeData } from '../../src/compose/store';
import { createLogger } from '../../src/process/logger';
import { seedData } from '../../src/seed/seed-data';
import { dropDatabase, newNamespace, testConfig } from './api';
import { use } from './use';

export type Data = Awaited<ReturnType<typeof composeData>>;

/** @param database another one than the namespace, on the same server */
export const openData = (namespace: string, database?: string): Promise<Data> =>
  composeData(testConfig(namespace), createLogger('silent', 'test'), database);

/** Opens an empty database for this file. */
export function useData() {
  const namespace = newNamespace();
  return use(
    async () => ({ namespace, ...(await openData(namespace)) }),
    async ({ close }) => {
      await close();
      await dropDatabase(namespace);
    },
  );
}

export const seedSome = ({ users, tasks }: Data, count = { users: 5, tasks: 60 }): Promise<unknown> =>
  seedData({ users, tasks, passwordHash: 'hash', seed: 1, count });

/** Returns MongoDB's bytes by collection, so that no difference of type or order is missed. */
export async function everything({ mongo: { db } }: Pick<Data, 'mongo'>): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const { name } of await db.listCollections().toArray()) {
    if (['hosts', 'locks', 'notices'].includes(name)) continue;
    const found = await db.collection(name).find({}, { raw: true }).sort({ _id: 1 }).toArray();
    if (found.length > 0) all[name] = found.map((bytes) => (bytes as unknown as Buffer).toString('hex'));
  }
  return all;
}
