import { buildTask, newPerson } from '../../support/factories';
import { useAdmin, useApi } from '../../support/use-api';

const api = useApi();
const admin = useAdmin(api);

/** A body of bytes: each character of the text is one of them. */
const sendBytes = (path: string, bytes: string, type = 'application/json') =>
  admin
    .post(path)
    .type(type)
    .serialize((body) => body as never)
    .send(Buffer.from(bytes, 'latin1') as never);

describe('a body', () => {
  it.each([
    ['Latin-1', '{"title":"\xfc"}'],
    ['an overlong form', '{"title":"\xc0\x80"}'],
    ['a half of a pair as bytes', '{"title":"\xed\xa0\x80"}'],
    ['a character that is cut off', '{"title":"\xf0\x9f\x98"}'],
    ['more than Unicode has', '{"title":"\xf4\x90\x80\x80"}'],
    ['UTF-16', '\xff\xfe{\0}\0'],
    ['UTF-16 without a mark', '{\0}\0'],
    ['UTF-32', '\0\0\0{\0\0\0}'],
    ['a name', '{"\xfc":1}'],
  ])('of bytes that are not UTF-8 is refused: %s', async (_name, bytes) => {
    const { body } = await sendBytes('/tasks', bytes).expect(400);
    expect(body).toMatchObject({
      type: '/problems/invalid-request',
      detail: expect.stringContaining('UTF-8'),
    });
  });

  it('of nine letters of cp1251 as a password is refused at sign-up and at log-in', async () => {
    const { username, email } = newPerson();
    const password = '\xef\xe0\xf0\xee\xeb\xfc\xef\xe0\xf0';
    await sendBytes('/users/signup', JSON.stringify({ name: 'x', username, email, password })).expect(400);
    await sendBytes('/users/login', JSON.stringify({ username, password })).expect(400);
  });

  it.each([
    ['a value', '{"title":"a\\ud800"}', 'body.title'],
    ['the second half alone', '{"title":"\\uDC00a"}', 'body.title'],
    ['halves in the wrong order', '{"title":"\\udc00\\ud800"}', 'body.title'],
    ['an entry of a list', '{"title":"a","labels":["b","\\ud800"]}', 'body.labels.1'],
    ['the name of a field', '{"title":"a","x\\ud800":1}', 'body.x'],
    ['a value of an ignored field', '{"title":"a","_id":{"x":["\\ud800"]}}', 'body._id.x.0'],
  ])('with half a character is refused: %s', async (_name, json, path) => {
    const { body } = await admin.post('/tasks').type('json').send(json).expect(400);
    expect(body.errors[0]).toEqual({ path, message: expect.stringContaining('half a character') });
  });

  it('with half a character far inside is refused', async () => {
    const json = `{"title":"a","_id":${'["a",'.repeat(95)}"\\ud800"${']'.repeat(95)}}`;
    const { body } = await admin.post('/tasks').type('json').send(json).expect(400);
    expect(body.errors[0].path.length).toBeLessThanOrEqual(200);
  });

  it.each([
    ['lists', '['.repeat(45_000) + ']'.repeat(45_000)],
    ['objects', '{"a":'.repeat(12_000) + '"\\ud83d\\ude00"' + '}'.repeat(12_000)],
    ['levels that stay open', '['.repeat(90_000)],
  ])('of too many levels is refused before it is read: %s', async (_name, deep) => {
    const { body } = await admin.post('/tasks').type('json').send(`{"title":"a","_id":${deep}}`);
    expect(body).toMatchObject({ status: 400, detail: expect.stringContaining('nested deeper than') });
  });

  it('may have brackets in its text', async () => {
    const title = `\\"${'[{'.repeat(90)}`;
    const { body } = await admin
      .post('/tasks')
      .send({ title, labels: ['["'] })
      .expect(201);
    expect(body).toMatchObject({ title, labels: ['["'] });
  });

  it('keeps pairs by escapes, and the text of all planes', async () => {
    const json = '{"title":"\\ud83d\\ude00 \\\\ud800 漢字 😀"}';
    const { body } = await admin.post('/tasks').type('json').send(json).expect(201);
    expect(body.title).toBe('😀 \\ud800 漢字 😀');
  });

  it('may begin with a byte order mark', async () => {
    await sendBytes('/tasks', '\xef\xbb\xbf{"title":"marked"}').expect(201);
  });

  it.each([
    ['application/json; charset=utf8', 201],
    ['application/json;charset=UTF-8', 201],
    ['application/json; charset="utf-8"', 201],
    ['application/json; charset=', 201],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=utf-7', 415],
    ['application/json; charset="utf-8 "', 415],
  ])('of %s is answered with %i', async (type, status) => {
    const { body } = await sendBytes('/tasks', '{"title":"a"}', type).expect(status);
    if (status === 415) expect(body.detail).toContain('UTF-8');
  });
});

describe('a query', () => {
  it.each([
    ['label=G%E4rten', 'query.label'],
    ['label=100%', 'query.label'],
    ['label=%zz', 'query.label'],
    ['label=%G', 'query.label'],
    ['q=%C0%80', 'query.q'],
    ['q=%ED%A0%80', 'query.q'],
    ['q=%F4%90%80%80', 'query.q'],
    ['q=%u00e4', 'query.q'],
    ['l%E4bel=x', 'query.l%E4bel'],
    ['label=a&q=%E4', 'query.q'],
  ])('that is not percent-encoded UTF-8 is refused: %s', async (query, path) => {
    const { body } = await admin.get(`/tasks?${query}`).expect(400);
    expect(body.errors).toEqual([{ path, message: expect.stringContaining('percent-encoded UTF-8') }]);
  });

  it.each(['/users', '/tasks/aaaaaaaaaaaaaaaaaaaaaaaa', '/openapi.json', '/health/live'])(
    'of %s is refused too',
    async (path) => {
      const { body } = await admin.get(`${path}?x=%E4`).expect(400);
      expect(body.detail).toContain('percent-encoded UTF-8');
    },
  );

  it('has blanks as + and as %20, and all that is encoded', async () => {
    await buildTask(api, admin, { title: 'encoded', labels: ['Gärten + 100% 😀'] });
    for (const label of [
      'G%C3%A4rten+%2B+100%25+%F0%9F%98%80',
      'G%c3%a4rten%20%2b%20100%25%20%F0%9F%98%80',
    ]) {
      const { body, headers } = await admin.get(`/tasks?label=${label}`).expect(200);
      expect(body).toHaveLength(1);
      const first = /<([^>]+)>; rel="first"/.exec(headers.link!)![1]!;
      expect((await admin.get(first).expect(200)).body).toEqual(body);
    }
  });

  it.each(['0x10', '1e1', '%2B5', '5%200', '5.0', '%D9%A5', '%EF%BC%95', '', '-5', '1_0', 'Infinity', '5n'])(
    'has numbers in decimal digits alone: limit=%s is refused',
    async (limit) => {
      for (const path of ['/tasks', '/users']) {
        const { body } = await admin.get(`${path}?limit=${limit}`).expect(400);
        expect(body.detail).toBe('query.limit: must be in decimal digits');
      }
    },
  );

  it('has one reason for a number that is too large', async () => {
    const { body } = await admin.get(`/tasks?limit=${'9'.repeat(400)}`).expect(400);
    expect(body.detail).toBe('query.limit: must be at most 100');
  });

  it.each(['%205%20', '+5', '05'])('has blanks around a number for nothing: limit=%s', async (limit) => {
    const { headers } = await admin.get(`/tasks?limit=${limit}`).expect(200);
    expect(headers.link).toContain('</tasks?limit=5>; rel="first"');
  });

  it.each(['%202027-05-01', '2027-5-1', '0x7e3-05-01', '٢٠٢٧-٠٥-٠١'])(
    'has dates as ISO 8601 writes them: %s is refused',
    async (date) => {
      await admin.get(`/tasks?createdFrom=${encodeURI(decodeURI(date))}`).expect(400);
    },
  );
});

describe('a path', () => {
  it.each(['%E4', '%zz', '%', '%C0%80', '%ED%A0%80'])('of %s is refused', async (id) => {
    for (const path of [`/tasks/${id}`, `/users/${id}`, `/jobs/${id}`]) {
      const { body } = await admin.get(path).expect(400);
      expect(body.detail).toContain('percent-encoded UTF-8');
    }
  });
});
