import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { connectMongo } from '../../../src/infra/mongo/mongo';
import { endedJob } from '../../support/factories';
import { newNamespace } from '../../support/api';
import { newPicture } from '../../support/pictures';
import { mongoUrl } from '../../support/servers';
import { use } from '../../support/use';
import { useApi, useJobWorker, useMember } from '../../support/use-api';

const namespace = newNamespace();
const password = randomBytes(32).toString('hex');

/** The commands with which the container of MongoDB creates its users, for this database and under test names. */
function commands(): Record<string, unknown>[] {
  const file = path.join(__dirname, '..', '..', '..', 'mongo', 'health-check.js');
  const sent: Record<string, unknown>[] = [];
  const runCommand = (command: Record<string, unknown>) => {
    sent.push(command);
    return { users: [], roles: [] };
  };
  const admin = { auth: () => {}, runCommand };
  runInNewContext(readFileSync(file, 'utf8'), {
    process: { env: { MONGO_API_PASSWORD: password, MONGO_WORKER_PASSWORD: password } },
    db: { getSiblingDB: () => admin, hello: () => ({ isWritablePrimary: true }) },
  });
  const text = JSON.stringify(sent.filter((command) => 'createUser' in command || 'createRole' in command))
    .replace(/"(db)":"taskfleet"/g, `"$1":"${namespace}"`)
    .replace(/"(createUser|createRole)":"(\w+)"/g, `"$1":"$2-${namespace}"`)
    .replace(/"roles":\["(\w+)"\]/g, `"roles":["$1-${namespace}"]`);
  return JSON.parse(text) as Record<string, unknown>[];
}

const urlOf = (user: string) => {
  const url = new URL(mongoUrl(namespace));
  Object.assign(url, { username: `${user}-${namespace}`, password });
  return url.href;
};

use(
  async () => {
    const root = await connectMongo(mongoUrl('admin'));
    for (const command of commands()) await root.db.command(command);
    return root;
  },
  async ({ db, close }) => {
    for (const name of ['api', 'worker']) await db.command({ dropUser: `${name}-${namespace}` });
    await db.command({ dropRole: `jobWorker-${namespace}` });
    await close();
  },
);
const api = useApi({ MONGO_URL: urlOf('api') }, namespace);
const jobWorker = useJobWorker(api, { MONGO_URL: urlOf('worker') });
const limited = use(
  () => connectMongo(urlOf('worker')),
  ({ close }) => close(),
);
const ada = useMember(api);

describe("the job worker's own user of MongoDB", () => {
  const upload = async (picture: Buffer) => {
    const sent = ada.put(`/users/${ada.id}/avatar`).type('image/png').send(picture);
    const { headers } = await sent.expect(202);
    return endedJob(api, ada, headers.location!);
  };

  it('suffices for a job that succeeds, one that replaces its files, and one that fails', async () => {
    expect(await upload(await newPicture('png'))).toMatchObject({ status: 'done' });
    expect(await upload(await newPicture('png'))).toMatchObject({ status: 'done' });
    const whole = await newPicture('png');
    const damaged = whole.subarray(0, whole.length - 40);
    expect(await upload(damaged)).toMatchObject({ status: 'failed' });
    // These samples are counted in MongoDB, and omitted if it refuses.
    expect(await jobWorker.metrics.text()).toMatch(/^taskfleet_jobs\{/m);
  });

  it.each([
    ['read hashes', { find: 'users' }],
    ['read tasks', { find: 'tasks' }],
    ['make itself an Admin', { update: 'users', updates: [{ q: {}, u: { $set: { role: 'Admin' } } }] }],
    ['write tasks', { insert: 'tasks', documents: [{}] }],
    [
      'look through another collection',
      { aggregate: 'jobs', pipeline: [{ $lookup: { from: 'users', as: 'u', pipeline: [] } }], cursor: {} },
    ],
    ['notify all workers', { insert: 'notices', documents: [{}] }],
    ['undo migrations', { delete: 'migrations', deletes: [{ q: {}, limit: 0 }] }],
    ['remove the database', { dropDatabase: 1 }],
    ['remove a collection', { drop: 'users' }],
    ['make a user', { createUser: 'eve', pwd: 'eve', roles: [] }],
  ])('may not %s', async (_, command) => {
    await expect(limited.db.command(command)).rejects.toMatchObject({ codeName: 'Unauthorized' });
  });
});
