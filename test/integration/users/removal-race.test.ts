import mongoose from 'mongoose';
import { as, buildTask, buildMember } from '../../support/factories';
import { mongoUrl } from '../../support/servers';
import { useAdmin, useApis } from '../../support/use-api';

const apis = useApis();
const admin = useAdmin(apis[0]);

describe('the removal of a user', () => {
  it('leaves no task assigned to a user who was removed meanwhile', async () => {
    const [api, other] = apis;
    for (let round = 0; round < 4; round++) {
      const { id } = await buildMember(api);
      const tasks = await Promise.all(Array.from({ length: 20 }, () => buildTask(api, admin)));
      const answers = await Promise.all([
        ...tasks.slice(0, 10).map(({ _id }) => as(other, admin).patch(`/tasks/${_id}`, { assignedTo: id })),
        as(api, admin).delete(`/users/${id}`),
        ...tasks.slice(10).map(({ _id }) => as(other, admin).patch(`/tasks/${_id}`, { assignedTo: id })),
        ...tasks.map(() => as(other, admin).post('/tasks', { title: 'New', assignedTo: id })),
      ]);
      expect(answers.every(({ status }) => [200, 201, 204, 400].includes(status))).toBe(true);
      const connection = await mongoose.createConnection(mongoUrl(apis[0].namespace)).asPromise();
      const ghosts = await connection
        .collection('tasks')
        .countDocuments({ assignedTo: new mongoose.Types.ObjectId(id) });
      await connection.close();
      expect(ghosts).toBe(0);
    }
  });
});
