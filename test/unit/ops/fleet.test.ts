import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serveControl } from '../../../src/control/control-server';
import { createFleet } from '../../../src/ops/fleet';
import { createLogger } from '../../../src/process/logger';
import { ConflictError } from '../../../src/problems/errors';
import { buildApiStatus, buildJobWorkerStatus } from '../../support/api-status';
import { newFolder } from '../../support/folder';

const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-fleet-'));
const never = () => new Promise<never>(() => {});
const serve = (name: string, handlers: Parameters<typeof serveControl>[1]) =>
  serveControl({ folder, name, logger: createLogger('silent', 'test') }, handlers);
let served: { close: () => void }[];

beforeAll(async () => {
  served = await Promise.all([
    serve('api-0', { 'GET /status': () => buildApiStatus({ name: 'api-0' }), 'POST /resume': never }),
    serve('worker-0', { 'POST /dead-letters/retry': never }),
    serve('worker-1', { 'POST /dead-letters/retry': never }),
  ]);
});
afterAll(() => {
  served.forEach(({ close }) => close());
  rmSync(folder, { recursive: true, force: true });
});

describe('the API worker that publishes for the job workers of its host', () => {
  it('is the first that answers, also if an older one hangs', async () => {
    const own = newFolder();
    const fleet = createFleet(own);
    const as = (name: string, pid: number) => path.join(own, `${name}.${pid}.sock`);
    const older = spawn('sleep', ['60']);
    const { close } = await serveControl(
      { folder: own, name: 'worker-0', logger: createLogger('silent', 'test') },
      { 'GET /status': () => buildJobWorkerStatus() },
    );
    const server = createServer(
      (_, response) => void (hangs || response.end(JSON.stringify(buildApiStatus()))),
    );
    let hangs = false;
    try {
      await new Promise<void>((resolve) => server.listen(as('api-0', older.pid!), resolve));
      const published = async (pid: number) => (await fleet.jobWorkersFor(pid)).length;
      expect([await published(older.pid!), await published(older.pid! + 1)]).toEqual([1, 0]);
      hangs = true;
      expect(await published(older.pid! + 1)).toBe(1);
    } finally {
      close();
      server.close();
      server.closeAllConnections();
      older.kill();
    }
  });
});

describe('a worker of a drained host', () => {
  it('is not resumed alone', async () => {
    const own = newFolder();
    const status = buildApiStatus({ host: 'alpha', hostDrained: true, draining: true });
    const { close } = await serveControl(
      { folder: own, name: 'api-0', logger: createLogger('silent', 'test') },
      { 'GET /status': () => status, 'POST /resume': never },
    );
    await expect(createFleet(own).resume('api-0')).rejects.toThrow(
      new ConflictError('Host alpha is drained. To end that: npx taskfleet hosts resume alpha'),
    );
    close();
  });
});

describe('a worker that takes longer than a request may', () => {
  const fleet = createFleet(folder, { answerMs: 200 });

  it('resumes by itself, and the answer says so', async () => {
    await expect(fleet.resume('api-0')).rejects.toThrow(
      'api-0 still resumes after 0.2 s and goes on by itself: look at the live page again.',
    );
  });

  it('settles dead letters alone: no second job worker begins with the same ones', async () => {
    await expect(fleet.settleDeadLetters('retry')).rejects.toThrow(
      'worker-0 still settles dead letters after 0.2 s and goes on by itself',
    );
  });
});
