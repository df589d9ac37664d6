import request from 'supertest';
import { type TestApi } from '../../support/api';
import { as, buildAdmin, buildTask, buildMember } from '../../support/factories';
import { useApis } from '../../support/use-api';

const apis = useApis();

const FIND = /taskfleet_mongo_commands_total\{command="find"[^}]*\} (\d+)/;
const findsOf = async (api: TestApi) =>
  Number(FIND.exec((await request(api.door).get('/metrics')).text)?.[1]);

describe('the answer to a change', () => {
  it("shows the assignee as another worker's last acknowledged change left them", async () => {
    const [api, other] = apis;
    const admin = await buildAdmin(api);
    const ada = await buildMember(api);
    const { _id } = await buildTask(api, admin, { assignedTo: ada.id });
    const change = async (title: string) => (await admin.put(`/tasks/${_id}`, { title })).body;

    expect((await change('one')).assignedTo).toMatchObject({ _id: ada.id, name: 'Ada Test' });
    for (const name of ['Ada Second', 'Ada Third']) {
      await as(other, ada).patch(`/users/${ada.id}`, { name }).expect(200);
      expect((await change(`for ${name}`)).assignedTo).toMatchObject({ name });
      expect((await as(other, admin).get(`/tasks/${_id}`)).body.assignedTo).toMatchObject({ name });
    }
    await as(other, admin).delete(`/users/${ada.id}`).expect(204);
    expect((await change('alone')).assignedTo).toBeNull();
  });

  it('reads no user for a change of the status if the assignee is cached', async () => {
    const [api] = apis;
    const admin = await buildAdmin(api);
    const { id } = await buildMember(api);
    const { _id } = await buildTask(api, admin, { assignedTo: id });
    const statuses = ['to Do', 'Doing', 'to Do', 'Doing', 'to Do', 'Doing', 'to Do', 'Doing'];
    const move = (status: string) => admin.put(`/tasks/${_id}`, { status }).expect(200);
    await move('Doing');
    const [before, beganAt] = [await findsOf(api), Date.now()];
    for (const status of statuses) await move(status);
    // The notices are looked at four times a second.
    const looks = Math.ceil((Date.now() - beganAt) / 250) + 1;
    expect((await findsOf(api)) - before).toBeLessThanOrEqual(looks);
  });
});
