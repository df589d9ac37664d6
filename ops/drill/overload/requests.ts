import { createTokenService } from '../../../src/auth/token-service';
import { fixedKeys } from '../../../src/keys/key-ring';
import { createPictures, newPerson } from '../../../tools/kit/people';
import type { Request } from '../../../tools/load/connections';
import { readKeysOf } from '../../stack/token-keys';
import type { PartContext } from './part';

type Fixtures = Pick<PartContext, 'fixtures'>;

/** Number of tasks of a member that are read. Writes go to other tasks, so the cache keeps these. */
const READ_TASKS = 2;
/** Number of writes before a task is written again: so many are rarely under way. */
const WRITES_APART = 100;
const PICTURE = [320, 240] as const;

/** @returns why addresses of this host cannot stand for clients, if they cannot: only Linux has many on loopback */
export const whyNoAddresses = (): string | undefined =>
  process.platform === 'linux' ? undefined : 'clients with addresses of their own need Linux';

const asJson = (
  method: Request['method'],
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Request => ({
  method,
  path,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Makes an Admin's reads of tasks that the cache keeps. */
export async function cachedReads({ fixtures }: Fixtures): Promise<Request[]> {
  const { headers } = await fixtures.admin();
  const ids = (await fixtures.manyTasks()).slice(0, 50);
  return ids.map((id) => ({ method: 'GET', path: `/tasks/${id}`, headers }));
}

export async function newTasks({ fixtures }: Fixtures): Promise<Request[]> {
  const { headers } = await fixtures.admin();
  return [asJson('POST', '/tasks', { title: 'Under overload' }, headers)];
}

/** Makes sign-ups of people whom no request has named before. */
export const signUps = (count: number, from?: (index: number) => string): Request[] =>
  Array.from({ length: count }, (_, index) => ({
    ...asJson('POST', '/users/signup', newPerson()),
    from: from?.(index),
  }));

export interface Member {
  id: string;
  email: string;
  password: string;
  headers: Record<string, string>;
  taskIds: string[];
}

/** Lists members with 50 tasks each; their tokens are issued here, without a log-in. */
export async function membersOf({ fixtures, stack }: PartContext): Promise<Member[]> {
  const [accounts, ids] = [await fixtures.accounts(), await fixtures.manyTasks()];
  const keys = fixedKeys(readKeysOf(stack.info().env.JWT_SECRETS_FILE ?? ''));
  const tokens = createTokenService({ keys, ttlSeconds: 3_600 });
  return accounts.map((account, person) => ({
    ...account,
    headers: { authorization: `Bearer ${tokens.issue({ id: account.id, role: 'worker' })}` },
    // The fixtures assign tasks to the members in turns.
    taskIds: ids.filter((_, index) => index % accounts.length === person),
  }));
}

/** Makes the requests of members by kind; the members take turns. */
export const work = {
  reads: (members: Member[]): Request[] =>
    inTurns(members, READ_TASKS, ({ headers, taskIds }, turn) => ({
      method: 'GET',
      path: `/tasks/${taskIds[turn]}`,
      headers,
    })),
  lists: (members: Member[]): Request[] =>
    inTurns(members, 1, ({ headers }) => ({ method: 'GET', path: '/tasks?limit=20', headers })),
  /** Moves some tasks to `Doing`, then the same ones back, so that each request changes something. */
  writes: (members: Member[]): Request[] =>
    ['Doing', 'to Do'].flatMap((status) =>
      inTurns(members, Math.ceil(WRITES_APART / members.length), ({ headers, taskIds }, turn) =>
        asJson('PATCH', `/tasks/${taskIds[READ_TASKS + turn]}`, { status }, headers),
      ),
    ),
  logIns: (members: Member[]): Request[] =>
    inTurns(members, 1, ({ email, password }) => asJson('POST', '/users/login', { email, password })),
  /** Each picture differs, so that each upload is a job. */
  async uploads(members: Member[], turns: number): Promise<Request[]> {
    const nextPicture = await createPictures(...PICTURE);
    return inTurns(members, turns, ({ id, headers }) => ({
      method: 'PUT',
      path: `/users/${id}/avatar`,
      headers: { ...headers, 'content-type': 'image/jpeg' },
      body: nextPicture(),
    }));
  },
};

/** Makes one request of each member, then the next of each. */
const inTurns = (
  members: Member[],
  turns: number,
  make: (member: Member, turn: number) => Request,
): Request[] =>
  Array.from({ length: turns }, (_, turn) => members.map((member) => make(member, turn))).flat();
