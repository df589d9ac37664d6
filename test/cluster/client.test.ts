import { randomUUID } from 'node:crypto';
import {
  createTaskfleetClient,
  dataOf,
  nextCursor,
  ProblemError,
  type Task,
  type TaskfleetClient,
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
