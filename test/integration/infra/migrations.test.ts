import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { mongoUrl } from '../../support/servers';
import { eventually } from '../../support/wait';
import { useMongo } from '../../support/use-api';
import { newFolder } from '../../support/folder';

const dist = path.resolve(__dirname, '..', '..', '..', 'dist', 'infra', 'mongo');
const built = (name: string) => JSON.stringify(path.join(dist, name));
const LEASE_MS = 2_000;

/** Starts a process that migrates like the API and the job worker; `action` is up or down. */
const SCRIPT = `
const { connectMongo } = require(${built('mongo')});
const { createMigrations } = require(${built('migrations')});
const [url, folder, action, waitMs] = process.argv.slice(1);
(async () => {
  const mongo = await connectMongo(url);
  const options = { url, folder, logger: { info() {} }, leaseMs: ${LEASE_MS}, waitMs: Number(waitMs) };
  await createMigrations({ db: mongo.db, ...options })[action]();
  await mongo.close();
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});`;

const mongo = useMongo();
let folder: string;

beforeEach(async () => {
  folder = newFolder();
  await mongo.connection.dropDatabase();
});

const addMigration = (name: string, body: string, rest = '') =>
  writeFile(path.join(folder, name), `exports.up = async (db) => { ${body} };\n${rest}`);
const start = (action: 'up' | 'down' = 'up', waitMs = 20_000) =>
  spawn(process.execPath, ['-e', SCRIPT, mongoUrl(mongo.namespace), folder, action, String(waitMs)]);
const applied = async () =>
  (await mongo.db.collection('migrations').find().sort({ fileName: 1 }).toArray()).map(
    ({ fileName }) => fileName as string,
  );
const runs = () => mongo.db.collection('runs').countDocuments();
const logRun = (name: string) => `await db.collection('runs').insertOne({ name: '${name}' });`;
const pause = 'await new Promise((resolve) => setTimeout(resolve, 300));';

async function outcome(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { stderr: await text(child.stderr!), code: await ended };
}

describe('the migrations', () => {
  it('runs each migration in one of five processes that start at the same moment', async () => {
    const names = ['20260101000000-first.js', '20260102000000-second.js'];
    for (const name of names) await addMigration(name, logRun(name) + pause);
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => outcome(start())));
    expect(outcomes).toEqual(outcomes.map(() => ({ code: 0, stderr: '' })));
    expect(await runs()).toBe(2);
    expect(await applied()).toEqual(names);
    expect(await mongo.db.collection('locks').countDocuments()).toBe(0);
  });

  it('resumes after the lease of a killed process, and not before', async () => {
    const name = '20260101000000-slow.js';
    await addMigration(name, `${logRun(name)} await new Promise((r) => setTimeout(r, 60_000));`);
    const killed = start();
    await eventually(async () => (await runs()) === 1);
    await addMigration(name, logRun(name));
    // It renews the lock, and so holds it for longer than a lease.
    const impatient = await outcome(start('up', LEASE_MS * 1.5));
    expect(impatient).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${killed.pid}`) });
    expect(await runs()).toBe(1);
    killed.kill('SIGKILL');
    expect(await outcome(start())).toEqual({ code: 0, stderr: '' });
    expect([await runs(), await applied()]).toEqual([2, [name]]);
  });

  it('reports the failed migration and what to do, keeps earlier ones, and retries', async () => {
    const [first, second] = ['20260101000000-good.js', '20260102000000-bad.js'] as const;
    await addMigration(first, logRun(first));
    await addMigration(second, "throw new Error('two tasks have one number');");
    const { code, stderr } = await outcome(start());
    expect(code).toBe(1);
    expect(stderr).toMatch(/20260102000000-bad\.js: two tasks have one number[^]*npm run migrate/);
    expect(await applied()).toEqual([first]);
    await addMigration(second, logRun(second));
    expect(await outcome(start())).toEqual({ code: 0, stderr: '' });
    expect([await runs(), await applied()]).toEqual([2, [first, second]]);
  });

  it('reverts the last migration if it has a way back', async () => {
    const [first, second] = ['20260101000000-one-way.js', '20260102000000-both-ways.js'] as const;
    await addMigration(first, logRun(first));
    await addMigration(
      second,
      logRun(second),
      "exports.down = (db) => db.collection('runs').deleteMany({});",
    );
    await outcome(start());
    expect(await outcome(start('down'))).toEqual({ code: 0, stderr: '' });
    expect([await runs(), await applied()]).toEqual([0, [first]]);
    expect((await outcome(start('down'))).stderr).toMatch(/one-way\.js has no way back/);
    expect(await applied()).toEqual([first]);
  });

  it('reverts none of its own after a rollback left one of a newer version', async () => {
    const [first, newer] = ['20260101000000-known.js', '29991231000000-newer.js'] as const;
    await addMigration(first, logRun(first), "exports.down = (db) => db.collection('runs').deleteMany({});");
    await outcome(start());
    await mongo.db.collection('migrations').insertOne({ fileName: newer, appliedAt: new Date() });
    expect((await outcome(start('down'))).stderr).toContain(`${newer} was applied by another version`);
    expect([await runs(), await applied()]).toEqual([1, [first, newer]]);
  });
});
