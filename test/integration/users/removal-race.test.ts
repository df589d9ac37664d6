import mongoose from 'mongoose';
import { dropDatabase, newNamespace, startApi, type TestApi } from '../../support/api';
import { as, buildAdmin, buildTask, buildWorker, type Account } from '../../support/factories';
import { mongoUrl } from '../../support/servers';

const namespace = newNamespace();
let apis: [TestApi, TestApi];
let admin: Account;

beforeAll(async () => {
  apis = await Promise.all([startApi(namespace), startApi(namespace)]);
  admin = await buildAdmin(apis[0]);
});

afterAll(async () => {
  await Promise.all(apis.map((api) => api.close()));
  await dropDatabase(namespace);
});

describe('the removal of a user', () => {
  it('leaves no task with a user who was removed while tasks were assigned to them', async () => {
    const [api, other] = apis;
    for (let round = 0; round < 4; round++) {
      const { id } = await buildWorker(api);
      const tasks = await Promise.all(Array.from({ length: 20 }, () => buildTask(api, admin)));
      const answers = await Promise.all([
        ...tasks.slice(0, 10).map(({ _id }) => as(other, admin).patch(`/tasks/${_id}`, { assignedTo: id })),
        as(api, admin).delete(`/users/${id}`),
        ...tasks.slice(10).map(({ _id }) => as(other, admin).patch(`/tasks/${_id}`, { assignedTo: id })),
        ...tasks.map(() => as(other, admin).post('/tasks', { title: 'New', assignedTo: id })),
      ]);
      expect(answers.every(({ status }) => [200, 201, 204, 400].includes(status))).toBe(true);
      const connection = await mongoose.createConnection(mongoUrl(namespace)).asPromise();
      const ghosts = await connection
        .collection('tasks')
        .countDocuments({ assignedTo: new mongoose.Types.ObjectId(id) });
      await connection.close();
      expect(ghosts).toBe(0);
    }
  });
});
