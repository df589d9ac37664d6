import { newPerson } from '../../../bench/stack/people';
import type { PartContext } from './part';
import type { Request } from './protocol';

const READ_TASKS = 50;

/** Bodies are as clients send them. */
export const asJson = (
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

/** Reads of tasks that the cache keeps, as an Admin sends them. */
export async function cachedReads({ fixtures }: Pick<PartContext, 'fixtures'>): Promise<Request[]> {
  const { headers } = await fixtures.admin();
  const ids = (await fixtures.manyTasks()).slice(0, READ_TASKS);
  return ids.map((id) => ({ method: 'GET', path: `/tasks/${id}`, headers }));
}

export async function newTasks({ fixtures }: Pick<PartContext, 'fixtures'>): Promise<Request[]> {
  const { headers } = await fixtures.admin();
  return [asJson('POST', '/tasks', { title: 'Under overload' }, headers)];
}

/** Sign-ups of people whom no request has named before. */
export const signUps = (count: number): Request[] =>
  Array.from({ length: count }, () => asJson('POST', '/users/signup', newPerson()));
