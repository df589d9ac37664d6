import { hash } from 'bcryptjs';
import request from 'supertest';
import { newPerson } from '../../support/factories';
import { useApi, useMongo } from '../../support/use-api';

const api = useApi({ LOGIN_ATTEMPTS: '1000' });
const mongo = useMongo(api);

const signUp = (person: object) => request(api.server).post('/users/signup').send(person);
const logIn = (username: string, password: string) =>
  request(api.server).post('/users/login').send({ username, password });

describe('an e-mail address', () => {
  it.each([
    ...[
      'info@xn--80aswg.xn--p1ai',
      'first=last@example.com',
      "!#$%&'*+/=?^_`{|}~-@example.com",
      "o'@example.com",
    ],
    ...['a@b.c2', 'a@x--y.example', '1@2.example', `a@${'x'.repeat(63)}.example`, 'a.b.c@example.museum'],
  ])('may be %s', async (email) => {
    await signUp(newPerson({ email })).expect(201);
  });

  it.each([
    ...[
      'a',
      '@example.com',
      'a@',
      'a@b',
      '.a@example.com',
      'a.@example.com',
      'a..b@example.com',
      'a b@example.com',
    ],
    ...['a@-b.example', 'a@b-.example', 'a@b..example', `a@${'x'.repeat(64)}.example`, '"a"@example.com'],
    ...[
      'a@[127.0.0.1]',
      'a@b@example.com',
      'инфо@example.com',
      'info@сайт.рф',
      'a@example.com\u200b',
      'a,b@example.com',
    ],
    `${'a'.repeat(250)}@example.com`,
  ])('may not be %s', async (email) => {
    const { body } = await signUp(newPerson({ email })).expect(400);
    expect(body.errors).toEqual([{ path: 'body.email', message: expect.any(String) }]);
  });

  it('in another script is refused with advice', async () => {
    const { body } = await signUp(newPerson({ email: 'info@сайт.рф' })).expect(400);
    expect(body.detail).toContain('xn--');
  });
});

describe('a password', () => {
  const composed = 'Zäune und Gärten';
  const decomposed = composed.normalize('NFD');
  const blanks = composed.replace(' ', '\u00a0').replace(' ', '\u3000');

  async function storeHash(username: string, password: string): Promise<void> {
    const passwordHash = await hash(password, 4);
    await mongo.db.collection('users').updateOne({ username }, { $set: { passwordHash } });
  }

  it('matches in each of its spellings, and in no other', async () => {
    for (const password of [composed, decomposed, blanks]) {
      const person = newPerson({ password });
      await signUp(person).expect(201);
      for (const spelling of [composed, decomposed, blanks])
        await logIn(person.username, spelling).expect(200);
      for (const other of [
        'Zaune und Garten',
        composed.toLowerCase(),
        ` ${composed}`,
        composed.normalize('NFKC') + 'x',
      ])
        await logIn(person.username, other).expect(401);
    }
  });

  it('keeps width and letter case', async () => {
    const person = newPerson({ password: 'Ｆｕｌｌ width' });
    await signUp(person).expect(201);
    await logIn(person.username, 'Full width').expect(401);
    await logIn(person.username, 'Ｆｕｌｌ width').expect(200);
  });

  it.each([
    ['composed', composed],
    ['decomposed', decomposed],
    ['with other blanks', blanks],
  ])('with an old hash matches as it was sent then: %s', async (_name, password) => {
    const person = newPerson();
    await signUp(person).expect(201);
    await storeHash(person.username, password);
    await logIn(person.username, password).expect(200);
    await logIn(person.username, `${password}x`).expect(401);
  });

  it('that was decomposed in an old hash also matches composed', async () => {
    const person = newPerson();
    await signUp(person).expect(201);
    await storeHash(person.username, decomposed);
    await logIn(person.username, composed).expect(200);
  });

  it('is counted composed: 8 characters and 72 bytes', async () => {
    // 24 letters of 3 bytes, and of 9 as they are sent.
    await signUp(newPerson({ password: 'ế'.normalize('NFD').repeat(24) })).expect(201);
    await signUp(newPerson({ password: 'ế'.normalize('NFD').repeat(25) })).expect(400);
    await signUp(newPerson({ password: 'ä'.normalize('NFD').repeat(7) })).expect(400);
    await signUp(newPerson({ password: 'a\u0301\u0316'.repeat(20_000) })).expect(400);
  });

  it('with a replacement character is refused, and matches no old hash', async () => {
    const lost = '\ufffd'.repeat(9);
    await signUp(newPerson({ password: lost })).expect(400);
    const person = newPerson();
    await signUp(person).expect(201);
    await storeHash(person.username, lost);
    await logIn(person.username, lost).expect(401);
  });

  it('with half a character is refused at sign-up and at log-in', async () => {
    const person = JSON.stringify(newPerson({ password: '\ud800 correct horse' }));
    const sign = await request(api.server).post('/users/signup').type('json').send(person).expect(400);
    expect(sign.body.errors[0].path).toBe('body.password');
    await logIn('anyone', 'half \udfff').expect(400);
  });
});
