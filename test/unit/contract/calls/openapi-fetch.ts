import { createTaskfleetClient, type Problem } from '../../../../client';

const api = createTaskfleetClient({ url: 'http://localhost:3000' });
const path = { id: '665f1c2ab7e4d83f90a1b2c3' };
const picture = new Blob();

export async function right(): Promise<unknown[]> {
  const session = await api.POST('/users/login', { body: { email: 'ada@example.com', password: 'x' } });
  await api.POST('/users/login', { body: { username: 'ada', password: 'x' } });
  const token: string = session.data!.token;
  const role: 'Admin' | 'worker' = session.data!.user.role;
  const problem: Problem = session.error!;
  const place: string | undefined = problem.errors?.[0]?.path;
  const list = await api.GET('/tasks', {
    params: { query: { priority: 'high', limit: 2, fields: 'title' } },
  });
  const title: string | undefined = list.data![0]!.title;
  const users = await api.GET('/users', { params: { query: { role: 'worker' } } });
  const label: string | undefined = users.data![0]!.tasks?.[0]?.labels[0];
  await api.POST('/tasks', { body: { title: 'Paint', status: 'to Do', assignedTo: { _id: path.id } } });
  const params = { path, header: { 'If-Match': '"1.x"' } };
  const task = await api.PATCH('/tasks/{id}', { params, body: { priority: null, assignedTo: path.id } });
  const status: 'to Do' | 'Doing' | 'Done' = task.data!.status;
  const upload = await api.PUT('/users/{id}/avatar', { params: { path }, body: picture });
  const job: 'queued' | 'running' | 'done' | 'failed' = upload.data!.status;
  const avatar = await api.GET('/users/{id}/avatar', {
    params: { path, query: { size: '64' } },
    parseAs: 'blob',
  });
  const bytes: Blob = avatar.data!;
  return [token, role, place, title, label, status, job, bytes];
}

export async function wrong(): Promise<void> {
  const login = '/users/login';
  const avatar = '/users/{id}/avatar';
  // @ts-expect-error A log-in is an object.
  await api.POST(login, { body: 42 });
  // @ts-expect-error A log-in has a password.
  await api.POST(login, { body: { email: 'ada@example.com' } });
  // @ts-expect-error A password is text.
  await api.POST(login, { body: { email: 'ada@example.com', password: 1 } });
  // openapi-fetch infers the body, so that a field too many passes: no call here has one.
  // @ts-expect-error A log-in has a body.
  await api.POST(login);
  // @ts-expect-error A task has a title.
  await api.POST('/tasks', { body: { status: 'Doing' } });
  // @ts-expect-error There is no such status.
  await api.POST('/tasks', { body: { title: 'Paint', status: 'Gone' } });
  // @ts-expect-error There is no such priority.
  await api.PATCH('/tasks/{id}', { params: { path }, body: { priority: 'huge' } });
  // @ts-expect-error A title can be changed, not taken away.
  await api.PATCH('/tasks/{id}', { params: { path }, body: { title: null } });
  // @ts-expect-error An assignee has an id.
  await api.PATCH('/tasks/{id}', { params: { path }, body: { assignedTo: {} } });
  // @ts-expect-error A limit is a number.
  await api.GET('/tasks', { params: { query: { limit: 'ten' } } });
  // @ts-expect-error There is no such sort.
  await api.GET('/tasks', { params: { query: { sort: 'colour' } } });
  // @ts-expect-error There is no such filter.
  await api.GET('/tasks', { params: { query: { colour: 'green' } } });
  // @ts-expect-error There is no such role.
  await api.GET('/users', { params: { query: { role: 'Owner' } } });
  // @ts-expect-error A task is found by its id.
  await api.GET('/tasks/{id}', {});
  // @ts-expect-error An upload has a picture.
  await api.PUT(avatar, { params: { path } });
  // @ts-expect-error A picture is bytes.
  await api.PUT(avatar, { params: { path }, body: { picture: 'x' } });
  // @ts-expect-error There is no such size.
  await api.GET(avatar, { params: { path, query: { size: '65' } } });
  const { data, error } = await api.GET('/tasks');
  // @ts-expect-error An entry has no such field.
  void data![0]!.colour;
  // @ts-expect-error With `fields=` an entry may be without its title.
  void data![0]!.title.length;
  // @ts-expect-error A problem has no such field.
  void error!.message;
  // @ts-expect-error A user has no password.
  void (await api.GET('/users/{id}', { params: { path } })).data!.password;
  // @ts-expect-error A job has no such status.
  void ((await api.GET('/jobs/{id}', { params: { path } })).data!.status === 'Done');
}
