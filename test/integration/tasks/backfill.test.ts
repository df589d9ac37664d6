import { Types } from 'mongoose';
import mongoose from 'mongoose';
import { dropDatabase, newNamespace, startApi } from '../../support/api';
import { as, buildAdmin, buildMember } from '../../support/factories';
import { mongoUrl } from '../../support/servers';

describe('an upgraded database', () => {
  it('serves tasks and users from before there were versions like all others', async () => {
    const namespace = newNamespace();
    const first = await startApi(namespace);
    const admin = await buildAdmin(first);
    const member = await buildMember(first);
    await first.close();

    const connection = await mongoose.createConnection(mongoUrl(namespace)).asPromise();
    await connection.collection('users').updateMany({}, { $unset: { version: '', words: '' } });
    const times = { createdAt: new Date(1e12), updatedAt: new Date(1e12) };
    await connection.collection('tasks').insertMany(
      ['One', 'Two', 'Three'].map((title) => ({
        ...{ title, description: '', status: 'to Do', deadline: null, ...times },
        assignedTo: new Types.ObjectId(member.id),
      })),
    );
    await connection.collection('migrations').deleteMany({});
    await connection.close();

    // Both at once, as the workers of a cluster start.
    const [api, other] = await Promise.all([startApi(namespace), startApi(namespace)]);
    for (const query of ['sort=priority', 'sort=position', 'priority=normal']) {
      const page = await as(api, member).get(`/tasks?limit=2&${query}`).expect(200);
      const next = /<([^>]+)>; rel="next"/.exec(page.headers.link!)![1]!;
      expect((await as(other, member).get(next).expect(200)).body).toHaveLength(1);
    }
    const { body } = await as(api, member).get('/tasks?q=two').expect(200);
    expect(body).toHaveLength(1);
    const path = `/tasks/${body[0]._id}`;
    const read = await as(api, member).get(path).expect(200);
    await as(api, member)
      .put(path, { ...read.body, status: 'Doing' })
      .set('If-Match', read.headers.etag!)
      .expect(200);
    const { body: found } = await as(api, admin).get(`/users?q=${member.username}`).expect(200);
    expect(found).toHaveLength(1);
    await Promise.all([api.close(), other.close()]);
    await dropDatabase(namespace);
  });
});
