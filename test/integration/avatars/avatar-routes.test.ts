import sharp from 'sharp';
import request from 'supertest';
import { startApi } from '../../support/api';
import { type Account, as, buildMember, endedJob, knows } from '../../support/factories';
import {
  animatedWebp,
  damagedPicture,
  decompressionBomb,
  newPicture,
  slowPicture,
} from '../../support/pictures';
import { useAdmin, useApi, useJobWorker, useMember } from '../../support/use-api';

const api = useApi();
useJobWorker(api);
const admin = useAdmin(api);
const ada = useMember(api);

const upload = (by: Account, picture: Buffer, { of = by, type = 'image/png' } = {}) =>
  by.put(`/users/${of.id}/avatar`).type(type).send(picture);

const untilEnded = (by: Account, path: string) => endedJob(api, by, path);

const fetchAvatar = (by: Account, of: Account, query = '') =>
  by
    .get(`/users/${of.id}/avatar${query}`)
    .buffer(true)
    .parse((response, done) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done(null, Buffer.concat(chunks)));
    });

describe('the avatar of a user', () => {
  it.each(['png', 'jpeg', 'webp'] as const)(
    'makes three sizes of a %s, without its metadata',
    async (format) => {
      const answer = await upload(ada, await newPicture(format), { type: `image/${format}` }).expect(202);
      expect(answer.headers.location).toBe(`/jobs/${answer.body._id}`);
      expect(answer.body).toMatchObject({ type: 'resize-avatar', status: 'queued' });
      const job = await untilEnded(ada, answer.headers.location!);
      expect(job).toMatchObject({
        status: 'done',
        attempts: 1,
        result: { shown: true, sizes: [64, 256, 512] },
      });
      for (const size of [64, 256, 512]) {
        const { body, headers } = await fetchAvatar(ada, ada, `?size=${size}`).expect(200);
        const picture = await sharp(body as Buffer).metadata();
        expect(picture).toMatchObject({ format: 'webp', width: size, height: size });
        expect(picture.exif).toBeUndefined();
        expect(headers['content-type']).toBe('image/webp');
        const { text } = await ada
          .get(`/users/${ada.id}/avatar?size=${size}`)
          .set('If-None-Match', headers.etag!)
          .expect(304);
        expect(text).toBeFalsy();
      }
    },
  );

  it('makes one job for the same bytes, even simultaneously, and shows the last upload', async () => {
    const user = await buildMember(api);
    const [first, second] = await Promise.all([newPicture('png'), newPicture('png')]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(user, first)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(new Set(answers.map(({ body }) => body._id)).size).toBe(1);
    await untilEnded(user, answers[0]!.headers.location!);
    const again = await upload(user, first).expect(202);
    expect(again.headers.location).toBe(answers[0]!.headers.location);

    const other = await upload(user, second).expect(202);
    const back = await upload(user, first).expect(202);
    expect(new Set([again, other, back].map(({ body }) => body._id)).size).toBe(3);
    await untilEnded(user, other.headers.location!);
    const last = await untilEnded(user, back.headers.location!);
    expect(last.result.shown).toBe(true);
    const { body } = await fetchAvatar(user, user);
    const [shown, wanted] = await Promise.all([body as Buffer, first].map((bytes) => sharp(bytes).stats()));
    shown!.channels.forEach(({ mean }, channel) =>
      expect(Math.abs(mean - wanted!.channels[channel]!.mean)).toBeLessThan(6),
    );
  });

  it.each([
    ['text', async () => Buffer.from('not a picture'), 415],
    [
      'an SVG',
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      415,
    ],
    [
      'a GIF',
      async () =>
        sharp(await newPicture('png'))
          .gif()
          .toBuffer(),
      415,
    ],
    ['nothing', async () => Buffer.alloc(0), 415],
    ['a decompression bomb', decompressionBomb, 400],
    ['a JPEG of thousands of scans', async () => slowPicture(), 400],
    ['more than 5 MB', async () => Buffer.alloc(5.1 * 2 ** 20), 413],
  ])('refuses %s', async (_name, make, status) => {
    const { body } = await upload(ada, await make()).expect(status);
    expect(body.status).toBe(status);
  });

  it.each([
    ['image/jpg', 'jpeg'],
    ['IMAGE/JPG; charset=binary', 'jpeg'],
    ['image/jpeg;q=1', 'jpeg'],
    ['Image/PNG', 'png'],
    ['application/octet-stream', 'webp'],
  ] as const)('takes %s', async (type, format) => {
    await upload(ada, await newPicture(format), { type }).expect(202);
  });

  it('shows the first frame of an animated WebP of 43 million pixels in all', async () => {
    const user = await buildMember(api);
    const { headers } = await upload(user, await animatedWebp(320, 420), { type: 'image/webp' }).expect(202);
    expect(await untilEnded(user, headers.location!)).toMatchObject({
      status: 'done',
      result: { shown: true },
    });
    const { body } = await fetchAvatar(user, user).expect(200);
    const { pages = 1 } = await sharp(body as Buffer).metadata();
    expect(pages).toBe(1);
    const { channels } = await sharp(body as Buffer).stats();
    // Only this frame is black.
    channels.slice(0, 3).forEach(({ mean }) => expect(mean).toBeLessThan(6));
  });

  it('refuses another media type', async () => {
    await upload(ada, Buffer.from('{}'), { type: 'application/json' }).expect(415);
  });

  it('reports why a picture with a valid header and a broken body failed', async () => {
    const { headers } = await upload(ada, await damagedPicture('png')).expect(202);
    const job = await untilEnded(ada, headers.location!);
    expect(job).toMatchObject({ status: 'failed', attempts: 1, result: null });
    expect(job.error).toMatch('cannot be read');
  });

  it('is written by its owner or an Admin, and read by any logged-in user', async () => {
    const user = await buildMember(api);
    await upload(ada, await newPicture('png'), { of: user }).expect(403);
    await fetchAvatar(ada, user).expect(404);
    const { headers } = await upload(admin, await newPicture('png'), { of: user }).expect(202);
    await user.get(headers.location!).expect(404);
    await untilEnded(admin, headers.location!);
    await fetchAvatar(ada, user).expect(200);
    await request(api.server).get(`/users/${user.id}/avatar`).expect(401);
    await fetchAvatar(ada, user, '?size=100').expect(400);
    await upload(admin, await newPicture('png'), { of: { ...user, id: 'a'.repeat(24) } }).expect(404);
  });

  it('is replaced only as If-Match and If-None-Match allow, and 412 changes nothing', async () => {
    const user = await buildMember(api);
    const put = async (headers: object, by = user) =>
      upload(by, await newPicture('png'), { of: user }).set(headers as Record<string, string>);
    const tagOf = async (size = 256) =>
      (await fetchAvatar(user, user, `?size=${size}`).expect(200)).headers.etag!;

    const none = await put({ 'If-Match': '*' });
    expect([none.status, none.headers.etag]).toEqual([412, undefined]);
    expect((await put({ 'If-Match': '"other"' })).status).toBe(412);
    await fetchAvatar(user, user).expect(404);
    const first = await put({ 'If-None-Match': '*' });
    expect(first.status).toBe(202);
    await untilEnded(user, first.headers.location!);

    const tag = await tagOf();
    for (const headers of [
      { 'If-Match': '"other"' },
      { 'If-Match': '"1.aaaaaaaaaaaaaaaa", "x"' },
      { 'If-None-Match': '*' },
      { 'If-None-Match': tag },
      { 'If-None-Match': `W/${tag}` },
      { 'If-Match': tag, 'If-None-Match': '*' },
    ]) {
      const refused = await put(headers);
      expect([refused.status, refused.body.type]).toEqual([412, '/problems/precondition-failed']);
      expect(refused.headers.etag).toBe(tag);
    }
    expect((await put({ 'If-Match': 'no tag' })).status).toBe(400);
    expect((await put({ 'If-Match': '*' }, ada)).status).toBe(403);
    expect(await tagOf()).toBe(tag);

    // Any size's tag matches.
    for (const headers of [
      { 'If-Match': await tagOf(64) },
      { 'If-Match': '*' },
      { 'If-None-Match': '"other"' },
    ]) {
      const before = await tagOf();
      const done = await put(headers);
      expect(done.status).toBe(202);
      await untilEnded(user, done.headers.location!);
      expect(await tagOf()).not.toBe(before);
    }
  });

  it('is read only as If-Match and If-None-Match allow', async () => {
    const user = await buildMember(api);
    const { headers } = await upload(user, await newPicture('png')).expect(202);
    await untilEnded(user, headers.location!);
    const whole = await fetchAvatar(user, user).expect(200);
    const tag = whole.headers.etag!;
    expect(tag).toMatch(/^"/);
    const read = (conditions: Record<string, string>) => user.get(`/users/${user.id}/avatar`).set(conditions);
    await read({ 'If-Match': tag }).expect(200);
    await read({ 'If-Match': '"other"' }).expect(412).expect('ETag', tag);
    await read({ 'If-Match': '"other"', 'If-None-Match': tag }).expect(412);
    const same = await read({ 'If-Match': '*', 'If-None-Match': `W/${tag}` }).expect(304);
    for (const name of ['etag', 'vary', 'cache-control'])
      expect([name, same.headers[name]]).toEqual([name, whole.headers[name]]);
  });

  it('needs no If-Match, even if changes of versions do', async () => {
    const strict = await startApi(api.namespace, { REQUIRE_IF_MATCH: 'true' });
    await as(strict, ada)
      .put(`/users/${ada.id}/avatar`)
      .type('image/png')
      .send(await newPicture('png'))
      .expect(202);
    await strict.close();
  });

  it('is removed with its user', async () => {
    const user = await buildMember(api);
    const { headers } = await upload(user, await newPicture('png')).expect(202);
    await untilEnded(user, headers.location!);
    await user.delete(`/users/${user.id}`, knows(user)).expect(204);
    await fetchAvatar(ada, user).expect(404);
  });
});
