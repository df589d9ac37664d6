import { createRequire } from 'node:module';
import { hostNameOf } from '../../src/config';

/** Loaded late: most commands need no MongoDB. */
const load = createRequire(__filename);
const ANSWER_MS = 5_000;

/**
 * Names the other hosts that run on the database of the apps.
 *
 * @param env variables of the apps
 * @throws Error if MongoDB does not answer
 */
export async function otherHosts(env: Record<string, string>): Promise<string[]> {
  const { openMongo } = load(
    '../../src/infra/mongo/inspection.ts',
  ) as typeof import('../../src/infra/mongo/inspection');
  const { createHostRepository } = load(
    '../../src/hosts/host-repository.ts',
  ) as typeof import('../../src/hosts/host-repository');
  const { listHosts } = load('../../src/hosts/list-hosts.ts') as typeof import('../../src/hosts/list-hosts');
  const connection = await openMongo(env.MONGO_URL ?? '', ANSWER_MS);
  try {
    const hosts = await listHosts(createHostRepository(connection));
    return hosts.filter(({ name, isGone }) => !isGone && name !== hostNameOf(env)).map(({ name }) => name);
  } finally {
    void connection.close().catch(() => {});
  }
}
