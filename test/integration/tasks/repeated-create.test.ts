import { buildMember } from '../../support/factories';
import { useAdmin, useApi } from '../../support/use-api';

const api = useApi();
const admin = useAdmin(api);

describe('a repeated POST /tasks', () => {
  it('answers a replay like the first request, even if the assignee has been removed since', async () => {
    const member = await buildMember(api);
    const create = (body: object) => admin.post('/tasks', body).set('Idempotency-Key', '"gone"');
    const body = { title: 'T', assignedTo: member.id };
    const first = await create(body).expect(201);
    await admin.delete(`/users/${member.id}`).expect(204);
    const again = await create(body).expect(201);
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it('reports a reused key before an unknown assignee', async () => {
    const create = (body: object) => admin.post('/tasks', body).set('Idempotency-Key', '"other"');
    await create({ title: 'T' }).expect(201);
    await create({ title: 'T', assignedTo: 'f'.repeat(24) }).expect(422);
  });

  it('frees the key if the assignee is unknown', async () => {
    const create = (body: object) => admin.post('/tasks', body).set('Idempotency-Key', '"free"');
    await create({ title: 'T', assignedTo: 'f'.repeat(24) }).expect(400);
    await create({ title: 'T' }).expect(201);
  });
});
