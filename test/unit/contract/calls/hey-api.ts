import {
  createTask,
  getAvatar,
  getJob,
  getTask,
  getUser,
  listTasks,
  listUsers,
  logIn,
  patchTask,
  putAvatar,
  type Problem,
} from '#hey-api';

const path = { id: '665f1c2ab7e4d83f90a1b2c3' };
const picture = new Blob();

export async function right(): Promise<unknown[]> {
  const session = await logIn({ body: { email: 'ada@example.com', password: 'x' } });
  await logIn({ body: { username: 'ada', password: 'x' } });
  const token: string = session.data!.token;
  const role: 'Admin' | 'worker' = session.data!.user.role;
  const problem: Problem = session.error!;
  const place: string | undefined = problem.errors?.[0]?.path;
  const list = await listTasks({ query: { priority: 'high', limit: 2, fields: 'title' } });
  const title: string | undefined = list.data![0]!.title;
  const users = await listUsers({ query: { role: 'worker' } });
  const label: string | undefined = users.data![0]!.tasks?.[0]?.labels[0];
  await createTask({ body: { title: 'Paint', status: 'to Do', assignedTo: { _id: path.id } } });
  const headers = { 'If-Match': '"1.x"' };
  const task = await patchTask({ path, headers, body: { priority: null, assignedTo: path.id } });
  const status: 'to Do' | 'Doing' | 'Done' = task.data!.status;
  const upload = await putAvatar({ path, body: picture });
  const job: 'queued' | 'running' | 'done' | 'failed' = upload.data!.status;
  const avatar = await getAvatar({ path, query: { size: '64' } });
  const bytes: Blob = avatar.data!;
  return [token, role, place, title, label, status, job, bytes];
}

export async function wrong(): Promise<void> {
  // @ts-expect-error A log-in is an object.
  await logIn({ body: 42 });
  // @ts-expect-error A log-in has a password.
  await logIn({ body: { email: 'ada@example.com' } });
  // @ts-expect-error A password is text.
  await logIn({ body: { email: 'ada@example.com', password: 1 } });
  // @ts-expect-error A log-in has no other field.
  await logIn({ body: { email: 'ada@example.com', password: 'x', role: 'Admin' } });
  // @ts-expect-error A log-in has a body.
  await logIn({});
  // @ts-expect-error A task has a title.
  await createTask({ body: { status: 'Doing' } });
  // @ts-expect-error There is no such status.
  await createTask({ body: { title: 'Paint', status: 'Gone' } });
  // @ts-expect-error There is no such priority.
  await patchTask({ path, body: { priority: 'huge' } });
  // @ts-expect-error A title can be changed, not taken away.
  await patchTask({ path, body: { title: null } });
  // @ts-expect-error An assignee has an id.
  await patchTask({ path, body: { assignedTo: {} } });
  // @ts-expect-error A limit is a number.
  await listTasks({ query: { limit: 'ten' } });
  // @ts-expect-error There is no such sort.
  await listTasks({ query: { sort: 'colour' } });
  // @ts-expect-error There is no such filter.
  await listTasks({ query: { colour: 'green' } });
  // @ts-expect-error There is no such role.
  await listUsers({ query: { role: 'Owner' } });
  // @ts-expect-error A task is found by its id.
  await getTask({});
  // @ts-expect-error An upload has a picture.
  await putAvatar({ path });
  // @ts-expect-error A picture is bytes.
  await putAvatar({ path, body: { picture: 'x' } });
  // @ts-expect-error There is no such size.
  await getAvatar({ path, query: { size: '65' } });
  const { data, error } = await listTasks();
  // @ts-expect-error An entry has no such field.
  void data![0]!.colour;
  // @ts-expect-error With `fields=` an entry may be without its title.
  void data![0]!.title.length;
  // @ts-expect-error A problem has no such field.
  void error!.message;
  // @ts-expect-error A user has no password.
  void (await getUser({ path })).data!.password;
  // @ts-expect-error A job has no such status.
  void ((await getJob({ path })).data!.status === 'Done');
}
