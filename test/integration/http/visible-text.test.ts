import request from 'supertest';
import { buildTask, newPerson } from '../../support/factories';
import { useAdmin, useApi, useMongo } from '../../support/use-api';

const api = useApi();
const mongo = useMongo(api);
const admin = useAdmin(api);

const create = (body: object) => admin.post('/tasks', body);
const signUp = (person: object) => request(api.server).post('/users/signup').send(person);

const INVISIBLE = [
  ...[
    '\u200b',
    '\u200d\u200c',
    '\u2060',
    '\ufeff\u00ad',
    '\u3164',
    '\uffa0',
    '\u2800',
    '\u115f\u1160',
    '\u034f',
  ],
  ...[
    '\u00a0\u3000',
    '\u180e',
    '\ufe0f',
    '\u{e0041}',
    '\u17b4',
    '\u200e\u200f',
    '\u{1d159}',
    ' \u200b ',
    '\u2062',
  ],
  ...['\uffff', '\ufdd0', '\u{10fffe}', '\u{13441}\u{13442}', '\u{16fe4}', '\u{e0001}', '\ufff9\ufffb'],
];
const NEEDED = [
  ...['👨‍👩‍👧‍👦', '❤️', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'می\u200cخواهم', 'क्\u200dष', 'ගෙ\u200dඩි', 'שלום\u200f!', 'א\u200eb'],
  ...[
    '\u2067שם\u2069 is here',
    'Zaun\u00adpfahl',
    'ᠮᠣᠩᠭᠣᠯ\u180e',
    '한글',
    '葛\u{e0100}',
    'a\u0301\u0316',
    'x\u200by',
  ],
];
const escaped = (text: string) =>
  JSON.stringify(text).replace(/[^ -~]/gu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);

describe('text', () => {
  it.each(INVISIBLE.map((one) => [escaped(one), one]))(
    'that nobody can see is refused: %s',
    async (_name, hidden) => {
      const { body } = await create({ title: hidden, labels: [hidden] }).expect(400);
      expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['body.title', 'body.labels.0']);
      expect(body.detail).toContain('must contain a visible character');
      await signUp(newPerson({ name: hidden })).expect(400);
      await admin.patch(`/users/${admin.id}`, { name: hidden }).expect(400);
      for (const name of ['label', 'q'])
        await admin.get(`/tasks?${name}=${encodeURIComponent(hidden)}`).expect(400);
      // It may be empty, so it may be empty to the eye.
      await create({ title: 'x', description: hidden }).expect(201);
    },
  );

  it.each(NEEDED.map((one) => [escaped(one), one]))(
    'that needs such characters is kept: %s',
    async (_name, needed) => {
      const { body } = await create({ title: needed, labels: [needed], description: needed }).expect(201);
      expect(body).toMatchObject({ title: needed, labels: [needed], description: needed });
      const { body: session } = await signUp(newPerson({ name: needed })).expect(201);
      expect(session.user.name).toBe(needed);
      const { body: labelled } = await admin.get(`/tasks?label=${encodeURIComponent(needed)}`).expect(200);
      expect(labelled).toHaveLength(1);
    },
  );

  it.each([
    '\u202a',
    '\u202b',
    '\u202c',
    '\u202d',
    '\u202e',
    '\u0007',
    '\0',
    '\u001b',
    '\u007f',
    '\u0080',
    '\u009b',
    '\u000b',
  ])('with %j is refused in every field, and the character is named', async (character) => {
    const name = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
    const bad = `in${character}side`;
    const { body } = await create({ title: bad, description: bad, labels: ['x', bad] }).expect(400);
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'body.title',
      'body.description',
      'body.labels.1',
    ]);
    for (const { message } of body.errors) expect(message).toContain(name);
    await signUp(newPerson({ name: bad })).expect(400);
    for (const query of ['label', 'q'])
      await admin.get(`/tasks?${query}=${encodeURIComponent(bad)}`).expect(400);
    const { body: problem } = await signUp(newPerson({ username: bad, email: `${bad}@example.com` })).expect(
      400,
    );
    expect(problem.errors).toHaveLength(2);
  });

  it.each(['\u2066', 'a\u2067b\u2069\u2068', '\u2069\u2066x'])(
    'with an isolate left open is refused: %j',
    async (open) => {
      const { body } = await create({ title: `x${open}` }).expect(400);
      expect(body.detail).toContain('U+2069');
    },
  );

  it('of a description has lines and tabs, of a title is one line', async () => {
    const lines = 'one\r\n\ttwo\nthree';
    const { body } = await create({ title: ' x\n', description: lines }).expect(201);
    expect(body).toMatchObject({ title: 'x', description: lines });
    for (const end of ['\n', '\r\n', '\u2028', '\u2029']) {
      const { body: problem } = await create({ title: `one${end}two` }).expect(400);
      expect(problem.detail).toMatch(/must be one line; remove U\+/);
    }
  });

  it('that was stored before is still served', async () => {
    const { _id } = await buildTask(api, admin, { title: 'old' });
    await mongo.db
      .collection('tasks')
      .updateOne({ title: 'old' }, { $set: { title: 'a\u202eb\nc', labels: ['\u200b'] } });
    const { body } = await admin.get(`/tasks/${_id}`).expect(200);
    expect(body).toMatchObject({ title: 'a\u202eb\nc', labels: ['\u200b'] });
    await admin.patch(`/tasks/${_id}`, { status: 'Doing' }).expect(200);
  });
});
