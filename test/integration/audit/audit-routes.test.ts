import request from 'supertest';
import { buildMember, logIn } from '../../support/factories';
import { eventually } from '../../support/wait';
import { useAdmin, useApi, useMember, useMongo } from '../../support/use-api';

const api = useApi();
const mongo = useMongo(api);
const admin = useAdmin(api);
const member = useMember(api);

interface Entry {
  _id: string;
  action: string;
  outcome: string;
  actor: string | null;
  target: string | null;
  detail: string | null;
  requestId: string | null;
}

const list = async (query: string): Promise<Entry[]> =>
  (await admin.get(`/audit?${query}`).expect(200)).body as Entry[];
/** Waits until an entry of this request is listed, since a failed log-in is written after its answer. */
const entryOf = (requestId: string, query = '') =>
  eventually(async () => (await list(`limit=100&${query}`)).find((entry) => entry.requestId === requestId));

describe('GET /audit', () => {
  it('lists a sign-up with its user', async () => {
    const { id } = await buildMember(api);
    const [entered, entry] = await list(`target=${id}`);
    expect(entered).toMatchObject({
      action: 'log-in',
      detail: 'after the sign-up',
      sessionId: expect.any(String),
    });
    expect(entry).toMatchObject({
      action: 'sign-up',
      outcome: 'done',
      actor: id,
      target: id,
      scriptTokenId: null,
      network: '127.0.0.1',
    });
  });

  it('lists a right log-in, and a wrong one without an actor', async () => {
    const right = await logIn(api, member).expect(200);
    const wrong = await logIn(api, { ...member, password: 'not this one' }).expect(401);
    expect(await entryOf(right.headers['x-request-id']!, 'action=log-in')).toMatchObject({
      outcome: 'done',
      actor: member.id,
      target: member.id,
    });
    expect(await entryOf(wrong.headers['x-request-id']!, 'action=log-in&outcome=refused')).toMatchObject({
      outcome: 'refused',
      actor: null,
      target: member.id,
      detail: 'wrong password',
    });
  });

  it('lists a log-in by an unknown name, without that name', async () => {
    const answer = await logIn(api, { email: 'perhaps-a-password', password: 'not this one' }).expect(401);
    const entry = await entryOf(answer.headers['x-request-id']!);
    expect(entry).toMatchObject({ actor: null, target: null, detail: 'unknown name' });
    const stored = await mongo.db.collection('audit').find().toArray();
    expect(JSON.stringify(stored)).not.toMatch(/perhaps|not this one|correct horse/);
  });

  it('leads through all pages, newest first, and counts', async () => {
    for (let count = 0; count < 5; count++) await logIn(api, member).expect(200);
    const query = `actor=${member.id}&action=log-in`;
    const all = await list(`${query}&limit=100`);
    const seen: Entry[] = [];
    let path: string | undefined = `/audit?${query}&limit=2&count=true`;
    while (path) {
      const answer = await admin.get(path).expect(200);
      const { body, headers } = answer as { body: Entry[]; headers: Record<string, string> };
      expect(headers['x-total-count'] ?? String(all.length)).toBe(String(all.length));
      seen.push(...body);
      path = /<([^>]+)>; rel="next"/.exec(headers.link!)?.[1];
    }
    expect(seen).toEqual(all);
    const times = all.map((entry) => (entry as unknown as { createdAt: string }).createdAt);
    expect([...times].sort().reverse()).toEqual(times);
  });

  it('returns the given fields', async () => {
    const [entry] = await list('fields=action&limit=1');
    expect(Object.keys(entry!).sort()).toEqual(['_id', 'action']);
  });

  it('is only for Admins, and refuses a combination without an index', async () => {
    await member.get('/audit').expect(403);
    await request(api.server).get('/audit').expect(401);
    const { body } = await admin.get('/audit?outcome=refused').expect(400);
    expect(body.detail).toMatch(/^Filtering by outcome .* is not supported/);
  });
});

describe('the collection of the audit', () => {
  it('loses entries only by their age', async () => {
    const indexes = await mongo.db.collection('audit').indexes();
    const expiring = indexes.filter(({ expireAfterSeconds }) => expireAfterSeconds !== undefined);
    expect(expiring.map(({ key, expireAfterSeconds }) => [key, expireAfterSeconds])).toEqual([
      [{ createdAt: 1 }, 400 * 86_400],
    ]);
  });
});
