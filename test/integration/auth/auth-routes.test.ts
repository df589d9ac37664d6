import jwt from 'jsonwebtoken';
import request from 'supertest';
import { apiDocument } from '../../../contract/document';
import { startApi, testConfig } from '../../support/api';
import { as, buildAdmin, buildMember, newPerson } from '../../support/factories';
import { createSchemas, pointer } from '../../support/schemas';
import { eventually } from '../../support/wait';
import { useApi } from '../../support/use-api';

const api = useApi();
const schemas = createSchemas(apiDocument);

const signUp = (person: object) => request(api.server).post('/users/signup').send(person);
const logIn = (body: object) => request(api.server).post('/users/login').send(body);

describe('POST /users/signup', () => {
  it('makes a member, whatever role the body names, and returns no secret', async () => {
    const person = newPerson({ role: 'Admin', _id: 'x', tasks: [] });
    const { body, text } = await signUp(person).expect(201);
    expect(body.user).toMatchObject({ name: person.name, email: person.email, role: 'worker', tasks: [] });
    expect(text).not.toMatch(/hash|Key|correct horse/i);
    await as(api, body).get(`/users/${body.user._id}`).expect(200);
  });

  it('creates one user for 20 simultaneous requests, case-insensitively', async () => {
    const { email, username } = newPerson();
    const twins = Array.from({ length: 20 }, (_, index) =>
      newPerson(index % 2 ? { email: email.toUpperCase() } : { username: username.toUpperCase(), email }),
    );
    // A host without a free core refuses hashes that would wait too long, and asks for another try.
    const answered = (person: object) =>
      eventually(async () => {
        const answer = await signUp(person);
        return answer.status !== 503 && answer;
      });
    const answers = await Promise.all(twins.map(answered));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array(19).fill(409)]);
    expect(answers.find(({ status }) => status === 409)!.body.type).toBe('/problems/conflict');
  });

  it.each([
    [{ password: 'seven77' }, 'body.password'],
    [{ password: 'ä'.repeat(37) }, 'body.password'],
    [{ password: 'nul\0 nul nul' }, 'body.password'],
    [{ email: 'nobody' }, 'body.email'],
    [{ email: 'ada@part-.example.com' }, 'body.email'],
    [{ username: 'a b' }, 'body.username'],
    [{ username: 'me@example.com' }, 'body.username'],
    [{ name: '' }, 'body.name'],
    [{ isAdmin: true }, 'body.isAdmin'],
    [{ email: { $gt: '' } }, 'body.email'],
  ])('refuses %j', async (fault, path) => {
    const { body } = await signUp(newPerson(fault)).expect(400);
    expect(body.errors[0].path).toBe(path);
  });

  it('accepts a password of 72 bytes', async () => {
    const person = newPerson({ password: 'p'.repeat(72) });
    await signUp(person).expect(201);
    await logIn({ email: person.email, password: person.password }).expect(200);
    await logIn({ email: person.email, password: `${person.password}x` }).expect(401);
  });
});

describe('POST /users/login', () => {
  it.each([
    ['e-mail', ({ email }: { email: string }) => ({ email })],
    ['user name', ({ username }: { username: string }) => ({ username })],
    ['user name in the field email', ({ username }: { username: string }) => ({ email: username })],
    ['e-mail in other letters', ({ email }: { email: string }) => ({ email: email.toUpperCase() })],
  ])('accepts the %s', async (_name, login) => {
    const member = await buildMember(api);
    const { body } = await logIn({ ...login(member), password: member.password }).expect(200);
    expect(body.user._id).toBe(member.id);
  });

  it('answers a wrong password and an unknown name alike', async () => {
    const member = await buildMember(api);
    const [wrong, unknown] = await Promise.all([
      logIn({ email: member.email, password: 'not this one' }).expect(401),
      logIn({ email: 'nobody@example.com', password: 'not this one' }).expect(401),
    ]);
    expect(wrong.body.detail).toBe(unknown.body.detail);
  });

  it('compares a password for an unknown name as well', async () => {
    const slow = await startApi(api.namespace, { BCRYPT_COST: '9', LOGIN_ATTEMPTS: '100' });
    const person = newPerson();
    await request(slow.server).post('/users/signup').send(person).expect(201);
    /** CPU time of this process with its hash threads; a clock would include other processes. */
    const time = async (email: string) => {
      const before = process.cpuUsage();
      await request(slow.server).post('/users/login').send({ email, password: 'not this one' }).expect(401);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 9; round++) {
      known.push(await time(person.email));
      unknown.push(await time('nobody@example.com'));
    }
    // The minimum of each, since other work of this process only adds to it.
    const ratio = Math.min(...unknown) / Math.min(...known);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
    await slow.close();
  });

  it.each([
    [{}, 'body.password: is missing'],
    [{ email: 'a@b.co' }, 'body.password: is missing'],
    [{ password: 'x' }, 'body.email: an e-mail address or a user name is required'],
    [{ email: { $ne: null }, password: 'x' }, 'body.email: must be of type string'],
    [{ email: 'a@b.co', password: 'x', role: 'Admin' }, 'body.role: is not known: leave it out'],
    [[], 'body: must be of type object'],
  ])('refuses %j with 400, as the document does', async (body, detail) => {
    expect((await logIn(body).expect(400)).body.detail).toBe(detail);
    expect(schemas.faultOf(pointer('components', 'schemas', 'LogIn'), body)).toBeDefined();
  });
});

describe('tokens', () => {
  const jwtSecret = testConfig(api.namespace).jwtKeys[0]!.secret;
  const good = {
    algorithm: 'HS256',
    issuer: 'taskfleet',
    audience: 'taskfleet-api',
    subject: 'a'.repeat(24),
  } as const;
  const typed = { header: { alg: 'HS256', typ: 'at+jwt' } };
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');

  it.each([
    ['none', undefined],
    ['no Bearer', 'Basic abc'],
    ['nonsense', 'Bearer abc'],
    [
      'of another key',
      `Bearer ${jwt.sign({ role: 'Admin' }, 'k'.repeat(32), { ...good, ...typed, expiresIn: 60 })}`,
    ],
    ['another type', `Bearer ${jwt.sign({ role: 'Admin' }, jwtSecret, { ...good, expiresIn: 60 })}`],
    [
      'another issuer',
      `Bearer ${jwt.sign({ role: 'Admin' }, jwtSecret, { ...good, ...typed, issuer: 'x', expiresIn: 60 })}`,
    ],
    [
      'another audience',
      `Bearer ${jwt.sign({ role: 'Admin' }, jwtSecret, { ...good, ...typed, audience: 'x', expiresIn: 60 })}`,
    ],
    ['expired', `Bearer ${jwt.sign({ role: 'Admin' }, jwtSecret, { ...good, ...typed, expiresIn: -1 })}`],
    ['without an end', `Bearer ${jwt.sign({ role: 'Admin' }, jwtSecret, { ...good, ...typed })}`],
    ['unsigned', `Bearer ${none}.${Buffer.from('{"role":"Admin","sub":"a"}').toString('base64url')}.`],
    [
      'of another algorithm',
      `Bearer ${jwt.sign({ role: 'Admin' }, jwtSecret, { ...good, algorithm: 'HS512', expiresIn: 60 })}`,
    ],
  ])('refuses a token that is %s', async (_name, header) => {
    const test = request(api.server).get('/tasks');
    const { headers } = await (header ? test.set('Authorization', header) : test).expect(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('remembers a token only until it expires', async () => {
    // Long enough for the first request on a busy machine.
    const token = jwt.sign({ role: 'worker' }, jwtSecret, { ...good, ...typed, expiresIn: 4 });
    await as(api, { token }).get('/tasks').expect(200);
    await new Promise((resolve) => setTimeout(resolve, 4_100));
    await as(api, { token }).get('/tasks').expect(401);
  });

  it('refuses the token of a removed user on every worker once the removal was answered', async () => {
    const other = await startApi(api.namespace);
    const [admin, member] = await Promise.all([buildAdmin(api), buildMember(api)]);
    await as(other, member).get('/tasks').expect(200);
    await admin.delete(`/users/${member.id}`).expect(204);
    await as(other, member).get('/tasks').expect(401);
    await member.get('/tasks').expect(401);
    await other.close();
  });
});
