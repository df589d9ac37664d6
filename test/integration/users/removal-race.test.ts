import { Types } from 'mongoose';
import { as, buildTask, buildMember } from '../../support/factories';
import { useAdmin, useApis, useMongo } from '../../support/use-api';

const apis = useApis();
const mongo = useMongo(apis[0]);
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
      const ghosts = { assignedTo: new Types.ObjectId(id) };
      expect(await mongo.db.collection('tasks').countDocuments(ghosts)).toBe(0);
    }
  });
});
