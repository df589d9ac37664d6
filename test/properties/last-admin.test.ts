import assert from 'node:assert/strict';
import fc from 'fast-check';
import { connectMongo } from '../../src/infra/mongo/mongo';
import { createNoticeRepository } from '../../src/notices/notice-repository';
import type { Principal } from '../../src/people/principal';
import { AppError } from '../../src/problems/errors';
import { createRequireInForce } from '../../src/users/in-force';
import { createUserAccess } from '../../src/users/user-access';
import { createUserRepository, type Access } from '../../src/users/user-repository';
import { createUserService } from '../../src/users/user-service';
import { dropDatabase, newNamespace } from '../support/api';
import { isLong, propertyRuns } from '../support/property-runs';
import { mongoUrl } from '../support/servers';
import { use } from '../support/use';

const WORKERS = 4;
const PEOPLE = 4;
const LIMIT_MS = isLong ? 3_600_000 : 120_000;
/** Steps that the workers run at once. */
const AT_ONCE = 4;

const kinds = ['promote', 'demote', 'disable', 'enable', 'remove'] as const;
const CHANGES: Record<Exclude<(typeof kinds)[number], 'remove'>, Access> = {
  promote: { role: 'Admin' },
  demote: { role: 'worker' },
  disable: { disabled: true },
  enable: { disabled: false },
};
const one = fc.record({
  kind: fc.constantFrom(...kinds),
  by: fc.nat(PEOPLE - 1),
  on: fc.nat(PEOPLE - 1),
});
const sequence = fc.record({
  admins: fc.integer({ min: 1, max: PEOPLE }),
  rounds: fc.array(fc.array(one, { minLength: 1, maxLength: AT_ONCE }), { minLength: 1, maxLength: 3 }),
});

const HASH = '$2b$04$hash';
const namespace = newNamespace();

/** The user service of one worker, on a connection of its own. Nothing is cached, and no token is in use. */
async function startWorker() {
  const mongo = await connectMongo(mongoUrl(namespace));
  const { connection, transaction } = mongo;
  const users = createUserRepository(connection);
  const notices = createNoticeRepository(connection);
  const lockAdmins = (session: Parameters<typeof notices.lock>[1]) => notices.lock('admins', session);
  const audit = { record: async () => {} };
  const endAccess = async () => async () => {};
  const requireInForce = createRequireInForce({ users, sessions: { isLive: async () => true } });
  const access = createUserAccess({ users, transaction, lockAdmins, requireInForce, endAccess, audit });
  const nothing = async () => {};
  const refill = async () => nothing;
  const service = createUserService({
    users,
    access,
    requireInForce,
    transaction,
    lockAdmins,
    audit,
    cache: { changed: refill, shown: nothing, left: nothing, gone: nothing },
    board: { revoke: nothing, revokedEverywhere: nothing },
    tasksOf: { newestIdsOf: async () => [] },
    tokenLifeMs: 60_000,
    onRemoval: [],
    afterCommit: [],
    afterRemoval: [],
  } as never);
  await Promise.all([users.prepare(), notices.prepare()]);
  return { mongo, users, service };
}

const workers = use(
  async () => ({ all: await Promise.all(Array.from({ length: WORKERS }, startWorker)) }),
  async ({ all }) => {
    await Promise.all(all.map(({ mongo }) => mongo.close()));
    await dropDatabase(namespace);
  },
);

/** Creates people, of whom the first are Admins and the last has set no password; each acts as an Admin, as if a token were left from before. */
async function createPeople(admins: number): Promise<Principal[]> {
  const { users, mongo } = workers.all[0]!;
  await mongo.db.collection('users').deleteMany({});
  const made = Array.from({ length: PEOPLE }, (_, index) =>
    users.create({
      name: 'One',
      email: `one-${index}@example.com`,
      username: `one-${index}`,
      passwordHash: index < PEOPLE - 1 ? HASH : '!never set',
      role: index < admins ? 'Admin' : 'worker',
    }),
  );
  return (await Promise.all(made)).map(({ _id }) => ({ id: String(_id), role: 'Admin' }));
}

const countUsable = () =>
  workers.all[0]!.mongo.db.collection('users').countDocuments({
    role: 'Admin',
    disabled: null,
    passwordHash: HASH,
  });

describe('the last enabled Admin', () => {
  it(
    'stays, whatever four workers do at once',
    async () => {
      await fc.assert(
        fc.asyncProperty(sequence, async ({ admins, rounds }) => {
          const people = await createPeople(admins);
          for (const round of rounds) {
            const steps = round.map(async ({ kind, by, on }, index) => {
              const { service } = workers.all[index % WORKERS]!;
              const { id } = people[on]!;
              const caller = { user: people[by]! };
              const step =
                kind === 'remove' ? service.remove(id, caller) : service.update(id, CHANGES[kind], caller);
              await step.catch((error: unknown) => assert(error instanceof AppError, String(error)));
            });
            await Promise.all(steps);
            assert((await countUsable()) > 0, 'no Admin can log in');
          }
        }),
        propertyRuns(100, 10_000),
      );
    },
    LIMIT_MS,
  );
});
