import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDiskWatch, reserveOf } from '../../../src/disk/disk-watch';
import { InsufficientStorageError } from '../../../src/problems/errors';
import { isMongoAway } from '../../../src/infra/mongo/mongo';
import { createLogger } from '../../../src/process/logger';
import mongoose from 'mongoose';
import { documentedRoutes } from '../../../src/compose/routes';
import { stores } from '../../../src/http/routing/route';
import { buildTask, newPerson } from '../../support/factories';
import { newPicture } from '../../support/pictures';
import { mountSmallDisk } from '../../support/small-disk';
import { use } from '../../support/use';
import { useAdmin, useApi } from '../../support/use-api';
import { eventually } from '../../support/wait';

const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-disk-'));
const disk = use(
  () => mountSmallDisk(folder, 20),
  ({ unmount }) => {
    unmount();
    rmSync(folder, { recursive: true });
  },
);
afterEach(() => disk.makeRoom());

describe('the watch over disks', () => {
  type Options = Parameters<typeof createDiskWatch>[0];
  const logger = createLogger('silent', 'test');
  const started: ReturnType<typeof createDiskWatch>[] = [];
  afterEach(() => started.splice(0).forEach((watch) => watch.stop()));

  async function startWatch(options: Partial<Options>) {
    const askDatabase = () => Promise.resolve(undefined);
    const watch = createDiskWatch({
      places: {},
      askDatabase,
      reserve: 0.5e9,
      onRefused: () => {},
      logger,
      ...options,
    });
    started.push(watch);
    await watch.start();
    return watch;
  }
  const reports = (free: number) => ({ askDatabase: () => Promise.resolve({ free, size: 100e9 }) });

  it('keeps the reserve free, or a tenth of a small disk', () => {
    expect(reserveOf({ free: 0, size: 100e9 }, 0.5e9)).toBe(0.5e9);
    expect(reserveOf({ free: 0, size: 1e9 }, 0.5e9)).toBe(0.1e9);
  });

  it.each<[string, Partial<Options>, boolean]>([
    ['refuses writes if the database reports too little', reports(0.4e9), true],
    ['takes writes if it reports enough', reports(0.6e9), false],
    ['takes writes if it reports nothing', {}, false],
    ['takes writes if it can not be asked', { askDatabase: () => Promise.reject(new Error('away')) }, false],
    ['takes writes without a reserve', { ...reports(0), reserve: 0 }, false],
    ['takes writes if the folder is not there', { places: { database: path.join(folder, 'none') } }, false],
  ])('%s', async (_what, options, isRefused) => {
    const watch = await startWatch(options);
    expect(watch.isFull()).toBe(isRefused);
    if (isRefused) expect(watch.requireRoom).toThrow(InsufficientStorageError);
    else expect(watch.requireRoom).not.toThrow();
  });

  it('refuses writes while the folder of the database lacks room, and measures the other folders', async () => {
    const watch = await startWatch({ places: { database: folder, logs: tmpdir() } });
    expect(watch.isFull()).toBe(false);
    disk.fill(1);
    await eventually(() => watch.isFull(), 5_000);
    expect(watch.rooms()).toMatchObject({ database: { size: 20 * 2 ** 20 } });
    expect(watch.rooms().logs!.free).toBeGreaterThan(0);
    disk.makeRoom();
    await eventually(() => !watch.isFull(), 5_000);
  });

  it('keeps refusing writes if the database lacked room and no longer answers', async () => {
    const answers = [Promise.resolve({ free: 0, size: 100e9 })];
    const askDatabase = jest.fn(() => answers.shift() ?? Promise.reject(new Error('away')));
    const watch = await startWatch({ askDatabase });
    expect(watch.isFull()).toBe(true);
    await eventually(() => askDatabase.mock.calls.length > 1 && !watch.rooms().database);
    expect(watch.isFull()).toBe(true);
  });

  it('refuses no write if only another folder lacks room', async () => {
    disk.fill();
    const watch = await startWatch({ places: { logs: folder } });
    expect([watch.rooms().logs!.free, watch.isFull()]).toEqual([0, false]);
  });
});

describe('the API on a full disk', () => {
  it.each([
    ['OutOfDiskSpace', { code: 14031, message: 'available disk space of 1 bytes is less than required' }],
    ['FileStreamFailed', { code: 39, message: 'failed to write' }],
    [
      'WiredTiger without room',
      { code: 1, message: 'WiredTiger error: WtError { code: 28, message: "No space left on device" }' },
    ],
    [
      'WiredTiger after a panic',
      { code: 1, message: 'WiredTiger error: WtError { code: -31804, message: "WT_PANIC: …" }' },
    ],
  ])('counts a database that reports "%s" as away, with an unknown effect of the write', (_name, error) => {
    expect(isMongoAway(new mongoose.mongo.MongoServerError(error))).toBe(true);
    expect(isMongoAway(new mongoose.mongo.MongoServerError({ code: 1, message: 'InternalError' }))).toBe(
      false,
    );
  });

  describe('an API worker whose database lacks room', () => {
    const api = useApi({ DISK_PLACES: JSON.stringify({ database: folder }) });
    const admin = useAdmin(api);
    const task = use(() => buildTask(api, admin));

    beforeAll(async () => {
      disk.fill();
      await eventually(async () => (await admin.post('/tasks', { title: 'x' })).status === 507, 5_000);
    });
    beforeEach(() => disk.fill());

    it('refuses each route that stores something before it reads the body', async () => {
      const picture = await newPicture('png');
      const person = newPerson();
      const answers = {
        signUp: await admin.post('/users/signup', person),
        createUser: await admin.post('/users', person),
        createScriptToken: await admin.post(`/users/${admin.id}/tokens`, {}),
        createTask: await admin.post('/tasks').send('no JSON'),
        updateTask: await admin.put(`/tasks/${task._id}`, { title: 'y' }),
        patchTask: await admin.patch(`/tasks/${task._id}`, { title: 'y' }),
        deleteTask: await admin.delete(`/tasks/${task._id}`),
        patchUser: await admin.patch(`/users/${admin.id}`, { name: 'Y' }),
        deleteUser: await admin.delete(`/users/${admin.id}`),
        putAvatar: await admin.put(`/users/${admin.id}/avatar`).type('image/png').send(picture),
      };
      const written = documentedRoutes({} as never).filter(stores);
      expect(Object.keys(answers).sort()).toEqual(written.map(({ id }) => id).sort());
      for (const { status, body, headers } of Object.values(answers)) {
        expect({ status, body: body as object }).toEqual({
          status: 507,
          body: expect.objectContaining({
            type: '/problems/insufficient-storage',
            detail: expect.stringMatching(/nearly full. The request had no effect/) as string,
          }) as object,
        });
        expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(15);
        expect(Number(headers['retry-after'])).toBeLessThanOrEqual(31);
      }
    });

    it('answers reads and log-ins', async () => {
      await admin.get(`/tasks/${task._id}`).expect(200);
      await admin.get('/tasks?q=other').expect(200);
      await admin.post('/users/login', { email: admin.email, password: admin.password }).expect(200);
    });

    it('accepts writes again once there is room', async () => {
      disk.makeRoom();
      await eventually(async () => (await admin.post('/tasks', { title: 'x' })).status === 201, 5_000);
    });
  });
});
