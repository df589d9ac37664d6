import { randomUUID } from 'node:crypto';
import {
  createTaskfleetClient,
  dataOf,
  nextCursor,
  ProblemError,
  type Task,
  type TaskfleetClient,
  type Tokens,
} from '../../client';
import { newTitle, useCluster } from '../support/cluster';
import { newPerson } from '../support/factories';
import { newPicture } from '../support/pictures';

let admin: TaskfleetClient;

const cluster = useCluster();
beforeAll(async () => {
  admin = createTaskfleetClient({ url: cluster.url, token: (await cluster.buildAdmin()).token });
}, 120_000);

async function newWorker() {
  const worker = createTaskfleetClient({ url: cluster.url });
  const person = newPerson();
  const { user } = await dataOf(worker.POST('/users/signup', { body: person }));
  const { token } = await dataOf(
    worker.POST('/users/login', { body: { username: person.username, password: person.password } }),
  );
  worker.setToken(token);
  return { worker, user };
}

describe('the generated client', () => {
  it('sends the token that is set after the log-in', async () => {
    const { worker, user } = await newWorker();
    const path = { id: user._id };
    expect(await dataOf(worker.GET('/users/{id}', { params: { path } }))).toEqual(user);
    worker.setToken(undefined);
    const { data, error, response } = await worker.GET('/users/{id}', { params: { path } });
    expect(data).toBeUndefined();
    expect(error).toMatchObject({ status: 401, requestId: response.headers.get('X-Request-Id') });
  });

  it('renews the tokens once for all requests that wait, before they expire', async () => {
    const kept: (Tokens | undefined)[] = [];
    const client = createTaskfleetClient({ url: cluster.url, onRenewal: (tokens) => kept.push(tokens) });
    const session = await dataOf(client.POST('/users/signup', { body: newPerson() }));
    client.setTokens({ ...session, expiresAt: new Date(Date.now() + 5_000).toISOString() });
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.GET('/users/me')));
    expect(answers.map(({ response }) => response.status)).toEqual(Array(10).fill(200));
    expect(kept).toHaveLength(1);
    expect(kept[0]!.refreshToken).not.toBe(session.refreshToken);
    await dataOf(client.GET('/users/me'));
    expect(kept).toHaveLength(1);
  });

  it('renews once after a refusal, whatever its clock says, and sends the requests again', async () => {
    const kept: (Tokens | undefined)[] = [];
    const client = createTaskfleetClient({ url: cluster.url, onRenewal: (tokens) => kept.push(tokens) });
    const session = await dataOf(client.POST('/users/signup', { body: newPerson() }));
    const path = { id: session.user._id };
    // The token expires before the client expects it: the client's clock is slow.
    client.setTokens({ ...session, token: 'expired' });
    const picture = new Blob([await newPicture('png')]);
    const headers = { 'Content-Type': 'image/png' };
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => client.GET('/users/me')),
      client.PUT('/users/{id}/avatar', { params: { path }, headers, body: picture }),
    ]);
    expect(answers.map(({ response }) => response.status)).toEqual([...Array<number>(10).fill(200), 202]);
    expect(kept).toHaveLength(1);
    client.setTokens({ ...kept[0]!, token: 'expired' });
    const name = 'Renamed after a refusal';
    const renamed = await dataOf(client.PATCH('/users/{id}', { params: { path }, body: { name } }));
    expect(renamed).toMatchObject({ name });
  });

  it('renews no more than once by a clock that is fast', async () => {
    const kept: (Tokens | undefined)[] = [];
    const client = createTaskfleetClient({ url: cluster.url, onRenewal: (tokens) => kept.push(tokens) });
    client.setTokens(await dataOf(client.POST('/users/signup', { body: newPerson() })));
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000);
    try {
      for (let count = 0; count < 3; count++) await dataOf(client.GET('/users/me'));
    } finally {
      jest.restoreAllMocks();
    }
    expect(kept).toHaveLength(1);
  });

  it('renews nothing after a wrong password', async () => {
    const kept: (Tokens | undefined)[] = [];
    const client = createTaskfleetClient({ url: cluster.url, onRenewal: (tokens) => kept.push(tokens) });
    const { email, ...person } = newPerson();
    client.setTokens(await dataOf(client.POST('/users/signup', { body: { email, ...person } })));
    const { response } = await client.POST('/users/login', { body: { email, password: 'not this one' } });
    expect(response.status).toBe(401);
    expect(kept).toEqual([]);
  });

  it('reports that the session has ended', async () => {
    const kept: (Tokens | undefined)[] = [];
    const client = createTaskfleetClient({ url: cluster.url, onRenewal: (tokens) => kept.push(tokens) });
    const session = await dataOf(client.POST('/users/signup', { body: newPerson() }));
    client.setTokens(session);
    expect((await client.POST('/users/logout', { body: { all: true } })).response.status).toBe(204);
    client.setTokens({ ...session, expiresAt: new Date(0).toISOString() });
    const { error } = await client.GET('/users/me');
    expect(error).toMatchObject({ status: 401 });
    expect(kept).toEqual([undefined]);
  });

  it('creates one task for one key', async () => {
    const request = {
      params: { header: { 'Idempotency-Key': `"${randomUUID()}"` } },
      body: { title: newTitle() },
    };
    const first = await admin.POST('/tasks', request);
    const again = await admin.POST('/tasks', request);
    expect(again.response.headers.get('Idempotent-Replayed')).toBe('true');
    expect(again.data).toEqual(first.data);
  });

  it('reads a list page by page', async () => {
    const { worker, user } = await newWorker();
    const titles = [newTitle(), newTitle(), newTitle()];
    for (const title of titles)
      await dataOf(admin.POST('/tasks', { body: { title, assignedTo: user._id, priority: 'high' } }));
    const seen: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const query = { priority: 'high', limit: 2, cursor } as const;
      const { data, response } = await worker.GET('/tasks', { params: { query } });
      seen.push(...data!.map(({ title }) => title));
      cursor = nextCursor(response);
    } while (cursor);
    expect(seen).toEqual(titles.reverse());
  });

  it('changes only the version that it has read', async () => {
    const { data, response } = await admin.POST('/tasks', { body: { title: newTitle() } });
    const header = { 'If-Match': response.headers.get('ETag')! };
    const params = { path: { id: data!._id }, header };
    const changed: Task = await dataOf(admin.PATCH('/tasks/{id}', { params, body: { priority: 'urgent' } }));
    expect(changed.priority).toBe('urgent');
    const late = dataOf(admin.PATCH('/tasks/{id}', { params, body: { priority: 'low' } }));
    await expect(late).rejects.toThrow(ProblemError);
    await expect(late).rejects.toMatchObject({ problem: { status: 412 } });
  });

  it('sends a picture unchanged', async () => {
    const { worker, user } = await newWorker();
    const { response } = await worker.PUT('/users/{id}/avatar', {
      params: { path: { id: user._id } },
      headers: { 'Content-Type': 'image/png' },
      body: new Blob([await newPicture('png')]),
    });
    expect(response.status).toBe(202);
  });
});
