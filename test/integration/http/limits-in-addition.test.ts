import { newNamespace, startApi } from '../../support/api';
import { as, buildMember, knows, newPerson } from '../../support/factories';
import { LIMIT, newAddress, signUpFrom, useLimited } from '../../support/limits';
import { newPicture } from '../../support/pictures';

const limited = useLimited();
const { newUser } = limited;
const [one, other] = limited.workers;

const signUp = (address: string, api = one) => signUpFrom(address, api);

describe('sign-up', () => {
  it('has its own limit for each address, reported beside the common one', async () => {
    const address = newAddress();
    const answers = [
      await signUp(address, one),
      await signUp(address, other),
      await signUp(address, one),
      await signUp(address, other),
      await signUp(address, one),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429]);
    expect(answers[1]!.headers['ratelimit-policy']).toBe(`"default";q=${LIMIT};w=60, "signup";q=3;w=3600`);
    expect(answers[1]!.headers.ratelimit).toMatch(
      new RegExp(`^"default";r=${LIMIT - 2};t=\\d+, "signup";r=1;t=\\d+$`),
    );
    expect(Number(answers[4]!.headers['retry-after'])).toBeGreaterThan(3_500);
    await signUp(newAddress()).expect(201);
  });
});

describe('a change of an e-mail address or a user name', () => {
  it('counts as a sign-up, whether the name is taken, free or the own one', async () => {
    const [ada, bob] = await Promise.all([newUser(), newUser()]);
    const address = newAddress();
    const path = `/users/${ada.user._id}`;
    const patch = (body: object, api = one) =>
      as(api, ada)
        .patch(path, { ...knows(ada), ...body })
        .set('X-Forwarded-For', address);
    // Changes that reveal nothing about others do not count.
    for (let count = 0; count < 5; count += 1) await patch({ name: `Ada ${count}` }, other).expect(200);
    await patch({ email: 'no address' }).expect(400);
    const taken = await patch({ email: bob.user.email }).expect(409);
    expect(taken.headers['ratelimit-policy']).toBe(`"default";q=${LIMIT};w=60, "signup";q=3;w=3600`);
    expect(taken.headers.ratelimit).toMatch(/^"default";r=\d+;t=\d+, "signup";r=2;t=\d+$/);
    await patch({ username: bob.user.username }, other).expect(409);
    await patch({ username: newPerson().username }).expect(200);
    const answers = [
      await patch({ email: bob.user.email }, other),
      await patch({ email: newPerson().email }),
      await patch({ email: ada.user.email }),
      await signUp(address),
    ];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    expect(Number(answers[0]!.headers['retry-after'])).toBeGreaterThan(3_500);
    await patch({ name: 'Ada' }).expect(200);
    await as(one, ada)
      .patch(path, { email: newPerson().email, ...knows(ada) })
      .set('X-Forwarded-For', newAddress())
      .expect(200);
  });
});

describe('a picture', () => {
  it('counts into a limit per user, before its bytes are read', async () => {
    const few = await startApi(newNamespace(), { ...limited.variables(), UPLOAD_LIMIT: '2' });
    const ada = await buildMember(few);
    const send = async (type: string) =>
      ada
        .put(`/users/${ada.id}/avatar`)
        .type(type)
        .send(await newPicture('png'))
        .set('X-Forwarded-For', newAddress());
    expect((await send('image/png')).headers.ratelimit).toMatch(/"upload";r=1;t=\d+$/);
    expect((await send('image/png')).status).toBe(202);
    const refused = await send('image/png');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
    await few.close();
  });
});
