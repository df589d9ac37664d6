import { Types } from 'mongoose';
import request from 'supertest';
import { startApi } from '../../support/api';
import { as, buildMember, buildTask, knows } from '../../support/factories';
import { useAdmin, useApis, useMember, useMongo } from '../../support/use-api';

const [api, other] = useApis();
const mongo = useMongo(api);
const admin = useAdmin(api);
const member = useMember(api);

const tagOf = async (path: string, by = admin) => (await by.get(path).expect(200)).headers.etag!;
const patch = (path: string, body: object, tag?: string, at = api) => {
  const sent = as(at, admin).patch(path, body);
  return tag === undefined ? sent : sent.set('If-Match', tag);
};

describe('If-None-Match', () => {
  it('is answered with 304 until the task changes', async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    const tag = await tagOf(path);
    const same = await as(other, admin).get(path).set('If-None-Match', tag).expect(304);
    expect(same.headers.etag).toBe(tag);
    await as(other, admin).get(path).set('If-None-Match', `"x", W/${tag}`).expect(304);
    await patch(path, { title: 'Another' }).expect(200);
    const { headers } = await as(other, admin).get(path).set('If-None-Match', tag).expect(200);
    expect(headers.etag).not.toBe(tag);
  });

  it.each(['/tasks', '/users', '/tasks?fields=title&status=to%20Do'])(
    'works for the list %s',
    async (path) => {
      await buildTask(api, admin);
      const tag = await tagOf(path);
      await as(other, admin).get(path).set('If-None-Match', tag).expect(304);
      await buildTask(api, admin, { assignedTo: member.id });
      await as(other, admin).get(path).set('If-None-Match', tag).expect(200);
    },
  );

  it('gets no stale 304 after a new name of the assignee, which keeps the version', async () => {
    const path = `/tasks/${(await buildTask(api, admin, { assignedTo: member.id }))._id}`;
    const tag = await tagOf(path);
    await as(other, member).patch(`/users/${member.id}`, { name: 'Ada Renamed' }).expect(200);
    const { body } = await admin.get(path).set('If-None-Match', tag).expect(200);
    expect(body.assignedTo.name).toBe('Ada Renamed');
    await patch(path, { title: 'Still mine' }, tag).expect(200);
  });
});

describe('If-Match', () => {
  it('allows a change only at the current tag, and returns it otherwise', async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    const tag = await tagOf(path);
    const done = await patch(path, { title: 'First' }, tag).expect(200);
    const late = await patch(path, { title: 'Second' }, tag).expect(412);
    expect(late.headers.etag).toBe(done.headers.etag);
    expect(late.headers.etag).toBe(await tagOf(path));
    expect(late.body.type).toBe('/problems/precondition-failed');
    await patch(path, { title: 'Second' }, late.headers.etag).expect(200);
  });

  it("accepts W/ before a tag, as NGINX's gzip makes it, and lists of tags", async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    await patch(path, { title: 'A' }, `W/${await tagOf(path)}`).expect(200);
    await patch(path, { title: 'B' }, `"strange", ${await tagOf(path)}`).expect(200);
    await patch(path, { title: 'C' }, '*').expect(200);
    await patch(path, { title: 'D' }, '"strange"').expect(412);
    await patch(path, { title: 'E' }, 'no tag').expect(400);
  });

  it('applies to PUT and DELETE, and to users', async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    const tag = await tagOf(path);
    await admin.put(path, { status: 'Doing' }).set('If-Match', tag).expect(200);
    await admin.put(path, { status: 'Done' }).set('If-Match', tag).expect(412);
    await admin.delete(path).set('If-Match', tag).expect(412);
    await admin
      .delete(path)
      .set('If-Match', await tagOf(path))
      .expect(204);
    const someone = await buildMember(api);
    const user = `/users/${someone.id}`;
    const userTag = await tagOf(user);
    await someone.patch(user, { name: 'New' }).set('If-Match', userTag).expect(200);
    await someone.patch(user, { name: 'Newer' }).set('If-Match', userTag).expect(412);
    await someone.delete(user, knows(someone)).set('If-Match', userTag).expect(412);
    await someone
      .delete(user, knows(someone))
      .set('If-Match', await tagOf(user))
      .expect(204);
  });

  it('reveals nothing about the task of another user to a member', async () => {
    const { _id } = await buildTask(api, admin);
    const answer = await member.patch(`/tasks/${_id}`, { status: 'Doing' }).set('If-Match', '"1.x"');
    expect(answer.status).toBe(404);
    expect(answer.headers.etag).toBeUndefined();
  });

  it('refuses a resource that must not exist', async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    await admin.put(path, { title: 'X' }).set('If-None-Match', '*').expect(412);
    await admin
      .put(path, { title: 'X' })
      .set('If-None-Match', await tagOf(path))
      .expect(412);
    await admin.put(path, { title: 'X' }).set('If-None-Match', '"other"').expect(200);
  });

  it('allows one of 20 parallel changes', async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    const tag = await tagOf(path);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        patch(path, { title: `Title ${index}` }, tag, index % 2 ? api : other),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array<number>(19).fill(412)]);
    const { body } = await admin.get(path);
    expect(body.title).toBe(answers.find(({ status }) => status === 200)!.body.title);
  });

  it('returns no older state after a 412, even if the writer died before it ended cached entries', async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    const tag = await tagOf(path);
    const _id = new Types.ObjectId(path.slice(7));
    const change = { $set: { title: 'Written' }, $inc: { version: 1 } };
    await mongo.db.collection('tasks').updateOne({ _id }, change);
    const refused = await patch(path, { title: 'Again' }, tag).expect(412);
    const { headers, body } = await as(other, admin).get(path).set('If-None-Match', tag).expect(200);
    expect(headers.etag).toBe(refused.headers.etag);
    expect(body.title).toBe('Written');
  });

  it('is required if configured', async () => {
    const strict = await startApi(api.namespace, { REQUIRE_IF_MATCH: 'true' });
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    const { body } = await patch(path, { title: 'X' }, undefined, strict).expect(428);
    expect(body.type).toBe('/problems/precondition-required');
    await as(strict, admin).delete(path).expect(428);
    await patch(path, { title: 'X' }, await tagOf(path), strict).expect(200);
    await strict.close();
  });
});

describe('a read', () => {
  const read = (method: 'get' | 'head', path: string, headers: Record<string, string>) =>
    request(api.server)
      [method](path)
      .set({ Authorization: `Bearer ${admin.token}`, ...headers });

  it.each(['get', 'head'] as const)('evaluates If-Match before If-None-Match, with %s', async (method) => {
    const task = await buildTask(api, admin);
    for (const path of [`/tasks/${task._id}`, '/tasks', `/users/${member.id}`, '/users', '/openapi.json']) {
      const tag = (await read(method, path, {}).expect(200)).headers.etag!;
      for (const match of [tag, `W/${tag.replace('W/', '')}`, `"other", ${tag}`, '*'])
        await read(method, path, { 'If-Match': match }).expect(200);
      const refused = await read(method, path, { 'If-Match': '"other"', 'If-None-Match': tag }).expect(412);
      expect(refused.headers.etag!.replace('W/', '')).toBe(tag.replace('W/', ''));
      expect(refused.headers).not.toHaveProperty('link');
      await read(method, path, { 'If-Match': tag, 'If-None-Match': tag }).expect(304);
      await read(method, path, { 'If-None-Match': '*' }).expect(304);
      await read(method, path, { 'If-None-Match': '"other"' }).expect(200);
      await read(method, path, { 'If-Match': 'no tag' }).expect(400);
      // Resources have no date of their last change (RFC 9110, 13.1.3 and 13.1.4).
      const dates = {
        'If-Modified-Since': new Date().toUTCString(),
        'If-Unmodified-Since': new Date(0).toUTCString(),
      };
      await read(method, path, dates).expect(200);
    }
  });

  it('is refused for other faults before its conditions', async () => {
    const headers = { 'If-Match': '"other"', 'If-None-Match': '*' };
    await read('get', `/tasks/${'0'.repeat(24)}`, headers).expect(404);
    await read('get', '/tasks?limit=0', headers).expect(400);
    await request(api.server).get('/tasks').set(headers).expect(401);
    // This answer has no tag.
    await read('get', '/health/live', headers).expect(200);
  });
});

describe('the tag of a write', () => {
  it('is that of the next read', async () => {
    const made = await admin.post('/tasks', { title: 'T', assignedTo: member.id }).expect(201);
    const path = made.headers.location!;
    expect(made.headers.etag).toBe(await tagOf(path));
    const put = await admin.put(path, { description: 'D' }).expect(200);
    expect(put.headers.etag).toBe(await tagOf(path));
    const renamed = await member.patch(`/users/${member.id}`, { name: 'N' }).expect(200);
    expect(renamed.headers.etag).toBe(await tagOf(`/users/${member.id}`));
  });

  it('is sent on HEAD, without a body', async () => {
    const path = `/tasks/${(await buildTask(api, admin))._id}`;
    const head = await request(api.server)
      .head(path)
      .set('Authorization', `Bearer ${admin.token}`)
      .expect(200);
    expect(head.headers.etag).toBe(await tagOf(path));
    expect(head.text).toBeFalsy();
  });
});
