import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { oneKey } from '../../../src/keys/key-ring';
import { UnavailableError } from '../../../src/problems/errors';
import { createIdempotencyRepository } from '../../../src/idempotency/idempotency-repository';
import { createOnce } from '../../../src/idempotency/idempotency-service';
import { as, buildAdmin, buildMember, newPerson } from '../../support/factories';
import { use } from '../../support/use';
import { useAdmin, useApis, useMongo, useRedis } from '../../support/use-api';
import { eventually } from '../../support/wait';

const redis = useRedis();
const workers = useApis(() => ({ REDIS_URL: redis.url }));
const [api] = workers;
const admin = useAdmin(api);
const data = useMongo(api);

const create = (body: object, key: string, at = api, by = admin) =>
  as(at, by).post('/tasks', body).set('Idempotency-Key', key);
const titled = async (title: string) =>
  (await admin.get('/tasks?limit=100').expect(200)).body.filter(
    (task: { title: string }) => task.title === title,
  );

describe('the Idempotency-Key', () => {
  it('creates one task for 50 parallel requests over all workers, and answers all alike', async () => {
    const [key, title] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => create({ title }, `"${key}"`, workers[index % 2])),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => `${headers.location} ${headers.etag}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] !== 'true')).toHaveLength(1);
    expect(await titled(title)).toHaveLength(1);
  });

  it('refuses another body, and keeps keys of different users apart', async () => {
    const [key, title] = [randomUUID(), randomUUID()];
    await create({ title }, key).expect(201);
    const { body } = await create({ title, description: 'more' }, key).expect(422);
    expect(body.type).toBe('/problems/key-reused');
    await create({ title: 'Other' }, key, api, await buildAdmin(api)).expect(201);
  });

  it('treats a key with and without quotation marks alike, and refuses an invalid one', async () => {
    const key = randomUUID();
    const first = await create({ title: 'T' }, `"${key}"`).expect(201);
    const second = await create({ title: 'T' }, key).expect(201);
    expect(second.body).toEqual(first.body);
    await create({ title: 'T' }, '""').expect(400);
    await create({ title: 'T' }, 'x'.repeat(256)).expect(400);
  });

  it('refuses a body that is nested too deeply to be compared', async () => {
    const deep = `{"title":"T","_id":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
    await create({}, randomUUID()).send(deep).expect(400);
  });

  it('frees the key after a refusal', async () => {
    const key = randomUUID();
    await create({ title: 'T', assignedTo: 'a'.repeat(24) }, key).expect(400);
    await create({ title: 'T' }, key).expect(201);
  });

  it('answers a replay like the first request, even if the assignee has been removed since', async () => {
    const [key, member] = [randomUUID(), await buildMember(api)];
    const body = { title: 'T', assignedTo: member.id };
    const first = await create(body, key).expect(201);
    await admin.delete(`/users/${member.id}`).expect(204);
    const again = await create(body, key).expect(201);
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it('reports a reused key before an unknown assignee', async () => {
    const key = randomUUID();
    await create({ title: 'T' }, key).expect(201);
    await create({ title: 'T', assignedTo: 'f'.repeat(24) }, key).expect(422);
  });

  it("survives Redis's death", async () => {
    const [key, title] = [randomUUID(), randomUUID()];
    const first = await create({ title }, key).expect(201);
    await redis.stop();
    const second = await create({ title }, key, workers[1]).expect(201);
    expect(second.text).toBe(first.text);
    await redis.start();
    expect((await create({ title }, key).expect(201)).text).toBe(first.text);
    expect(await titled(title)).toHaveLength(1);
  });

  describe('a sign-up', () => {
    it('returns the same user and a new token on a replay; the database holds no secret', async () => {
      const [key, person] = [randomUUID(), newPerson({ password: 'very secret indeed' })];
      const send = (body: object) =>
        request(api.server).post('/users/signup').set('Idempotency-Key', key).send(body);
      const answers = await Promise.all(Array.from({ length: 8 }, () => send(person)));
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
      expect(new Set(answers.map(({ body }) => body.user._id)).size).toBe(1);
      const [{ body }] = answers as [(typeof answers)[0]];
      await as(api, { token: body.token }).get(`/users/${body.user._id}`).expect(200);
      await send({ ...person, password: 'another password' }).expect(422);

      const kept = JSON.stringify(await data.db.collection('idempotency_keys').find().toArray());
      expect(kept).toContain(body.user._id);
      for (const secret of [person.password, person.email, body.token, key, 'Hash'])
        expect(kept).not.toContain(secret);
    });

    it('of a removed user is not repeated', async () => {
      const [key, person] = [randomUUID(), newPerson()];
      const send = () => request(api.server).post('/users/signup').set('Idempotency-Key', key).send(person);
      const { body } = await send().expect(201);
      await admin.delete(`/users/${body.user._id}`).expect(204);
      await send().expect(409);
    });
  });

  describe('unfinished work', () => {
    const request = { key: 'k', request: 'POST /x {}' };

    const mongo = useMongo();
    const keys = use(() => createIdempotencyRepository(mongo.connection));
    const kept = () => mongo.db.collection('idempotency_keys');
    const onceIn = (transaction: Parameters<typeof createOnce>[0]['transaction']) =>
      createOnce({
        keys,
        transaction,
        fingerprintKeys: oneKey('s'.repeat(32)),
        ttlMs: 60_000,
        waitMs: 1_000,
      });
    beforeAll(() => keys.prepare());
    beforeEach(() => kept().deleteMany({}));

    it('prepares before its transaction and not for a replay, and leaves nothing behind if that fails', async () => {
      const steps: string[] = [];
      const once = onceIn((work) => {
        steps.push('transaction');
        return mongo.transaction(work);
      });
      const prepare = async () => {
        steps.push('prepare');
        return 'prepared';
      };
      const failing = (error: Error) => async (): Promise<string> => {
        throw error;
      };
      for (const error of [new UnavailableError('No room'), new Error('Something broke')]) {
        await expect(once(request, 'me', async () => 'done', failing(error))).rejects.toBe(error);
        expect(await kept().countDocuments()).toBe(0);
      }
      expect(steps).toEqual([]);
      // The key is free for another request.
      const other = { ...request, request: 'POST /other' };
      const work = async (_session: unknown, prepared: string) => `done with what was ${prepared}`;
      const result = 'done with what was prepared';
      expect(await once(other, 'me', work, prepare)).toEqual({ result, replayed: false });
      expect(await once(other, 'me', work, prepare)).toEqual({ result, replayed: true });
      expect(steps).toEqual(['prepare', 'transaction']);
    });

    it('is waited for; after too long the answer is 409', async () => {
      const once = onceIn(mongo.transaction);
      let end = (_value: string) => {};
      const ended = new Promise<string>((resolve) => (end = resolve));
      const first = once(request, 'me', () => ended);
      const late = await once(request, 'me', async () => 'twice').catch((error: Error) => error);
      expect(late).toMatchObject({ status: 409, problem: 'in-progress', headers: { 'Retry-After': '2' } });
      const waiting = once(request, 'me', async () => 'twice');
      end('done');
      expect(await first).toEqual({ result: 'done', replayed: false });
      expect(await waiting).toEqual({ result: 'done', replayed: true });
    });

    it('of a dead worker is taken over; if that worker is alive after all, its effect is undone', async () => {
      const once = onceIn(mongo.transaction);
      const effects = mongo.connection.collection<{ _id: string }>('effects');
      await mongo.connection.createCollection('effects');
      let goOn = () => {};
      const held = new Promise<void>((resolve) => (goOn = resolve));
      const slow = once(request, 'me', async (session) => {
        await held;
        await effects.insertOne({ _id: 'slow' }, { session });
        return 'slow';
      }).catch((error: Error) => error);
      await eventually(() => kept().countDocuments());
      await kept().updateOne({}, { $set: { leaseUntil: new Date(0) } });
      const quick = await once(request, 'me', async (session) => {
        await effects.insertOne({ _id: 'quick' }, { session });
        return 'quick';
      });
      goOn();
      expect(quick).toEqual({ result: 'quick', replayed: false });
      expect(await slow).toMatchObject({ problem: 'in-progress' });
      expect((await effects.find().toArray()).map(({ _id }) => _id)).toEqual(['quick']);
    });
  });
});
