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
} from '#orval';

const id = '665f1c2ab7e4d83f90a1b2c3';
const picture = new Blob();

export async function right(): Promise<unknown[]> {
  const session = await logIn({ email: 'ada@example.com', password: 'x' });
  await logIn({ username: 'ada', password: 'x' });
  if (session.status !== 200) {
    const problem: Problem = session.data;
    return [problem.errors?.[0]?.path];
  }
  const token: string = session.data.token;
  const role: 'Admin' | 'worker' = session.data.user.role;
  const list = await listTasks({ priority: 'high', limit: 2, fields: 'title' });
  const title: string | undefined = list.status === 200 ? list.data[0]!.title : undefined;
  const users = await listUsers({ role: 'worker' });
  const label = users.status === 200 ? users.data[0]!.tasks?.[0]?.labels[0] : undefined;
  await createTask({ title: 'Paint', status: 'to Do', assignedTo: { _id: id } });
  const headers = { 'If-Match': '"1.x"' };
  const task = await patchTask(id, { priority: null, assignedTo: id }, { headers });
  const status: 'to Do' | 'Doing' | 'Done' = task.status === 200 ? task.data.status : 'Done';
  const upload = await putAvatar(id, picture);
  const job: 'queued' | 'running' | 'done' | 'failed' = upload.status === 202 ? upload.data.status : 'done';
  const avatar = await getAvatar(id, { size: '64' });
  const bytes: Blob = avatar.status === 200 ? avatar.data : picture;
  return [token, role, title, label, status, job, bytes];
}

export async function wrong(): Promise<void> {
  // @ts-expect-error A log-in is an object.
  await logIn(42);
  // @ts-expect-error A log-in has a password.
  await logIn({ email: 'ada@example.com' });
  // @ts-expect-error A password is text.
  await logIn({ email: 'ada@example.com', password: 1 });
  // @ts-expect-error A log-in has no other field.
  await logIn({ email: 'ada@example.com', password: 'x', role: 'Admin' });
  // @ts-expect-error A log-in has a body.
  await logIn();
  // @ts-expect-error A task has a title.
  await createTask({ status: 'Doing' });
  // @ts-expect-error There is no such status.
  await createTask({ title: 'Paint', status: 'Gone' });
  // @ts-expect-error There is no such priority.
  await patchTask(id, { priority: 'huge' });
  // @ts-expect-error A title can be changed, not taken away.
  await patchTask(id, { title: null });
  // @ts-expect-error An assignee has an id.
  await patchTask(id, { assignedTo: {} });
  // @ts-expect-error A limit is a number.
  await listTasks({ limit: 'ten' });
  // @ts-expect-error There is no such sort.
  await listTasks({ sort: 'colour' });
  // @ts-expect-error There is no such filter.
  await listTasks({ colour: 'green' });
  // @ts-expect-error There is no such role.
  await listUsers({ role: 'Owner' });
  // @ts-expect-error A task is found by its id.
  await getTask();
  // @ts-expect-error An upload has a picture.
  await putAvatar(id);
  // @ts-expect-error A picture is bytes.
  await putAvatar(id, { picture: 'x' });
  // @ts-expect-error There is no such size.
  await getAvatar(id, { size: '65' });
  const list = await listTasks();
  if (list.status === 200) {
    // @ts-expect-error An entry has no such field.
    void list.data[0]!.colour;
    // @ts-expect-error With `fields=` an entry may be without its title.
    void list.data[0]!.title.length;
  }
  // @ts-expect-error A problem has no such field.
  if (list.status === 400) void list.data.message;
  const user = await getUser(id);
  // @ts-expect-error A user has no password.
  if (user.status === 200) void user.data.password;
  const job = await getJob(id);
  // @ts-expect-error A job has no such status.
  if (job.status === 200) void (job.data.status === 'Done');
}
