import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { serveControl } from '../../../src/control/control-server';
import { createLogger } from '../../../src/process/logger';
import { buildApiStatus, buildJobWorkerStatus } from '../../support/api-status';
import { as } from '../../support/factories';
import { watchOps } from '../../support/ops-events';
import { useAdmin, useApi, useMember } from '../../support/use-api';
import { portOf } from '../../support/listen';

const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-ops-'));
const api = useApi({ RUN_DIR: folder });
const admin = useAdmin(api);
const ada = useMember(api);
let workers: Awaited<ReturnType<typeof startStub>>[];
let jobWorkers: { close: () => void }[];

const settled = { retried: 2, discarded: 0, over: 1, kept: 0 };

/** Serves the commands of a job worker; without `ready` it can't ask RabbitMQ. */
const startJobWorkerStub = (name: string, unacknowledged: number, ready?: number) =>
  serveControl(
    { folder, name, logger: createLogger('silent', 'test') },
    {
      'GET /status': () => buildJobWorkerStatus({ name }),
      'GET /queue': () => ({
        depth: ready === undefined ? null : { ready, consumers: 1, deadLetters: 2 },
        unacknowledged,
      }),
      'POST /dead-letters/retry': () => {
        if (ready === undefined) throw new Error('RabbitMQ is away');
        return settled;
      },
      'POST /dead-letters/discard': () => ({ ...settled, discarded: 3 }),
    },
  );

/** Serves the commands of an API worker. */
async function startStub(name: string) {
  const stub = { name, draining: false, reached: true, obeys: true, answers: true, close: () => {} };
  const { close } = await serveControl(
    { folder, name, logger: createLogger('silent', 'test') },
    {
      'GET /status': () =>
        stub.answers
          ? buildApiStatus({ name, draining: stub.draining, serving: stub.reached && !stub.draining })
          : new Promise<never>(() => {}),
      'POST /drain': () => void (stub.draining = stub.obeys),
      'POST /resume': () => void (stub.draining = false),
    },
  );
  stub.close = close;
  return stub;
}

beforeAll(async () => {
  workers = await Promise.all(['api-0', 'api-1'].map(startStub));
  jobWorkers = [await startJobWorkerStub('worker-0', 1), await startJobWorkerStub('worker-1', 3, 7)];
});

beforeEach(() =>
  workers.forEach((worker) =>
    Object.assign(worker, { draining: false, reached: true, obeys: true, answers: true }),
  ),
);

afterAll(async () => {
  [...workers, ...jobWorkers].forEach(({ close }) => close());
  rmSync(folder, { recursive: true, force: true });
});

const job = '0'.repeat(24);

describe('the ops routes', () => {
  it.each([
    ['get', '/ops/events'],
    ['post', '/ops/workers/api-0/drain'],
    ['post', '/ops/workers/api-0/resume'],
    ['get', '/ops/failed-jobs'],
    ['post', `/ops/failed-jobs/${job}/retry`],
    ['delete', `/ops/failed-jobs/${job}`],
    ['post', '/ops/dead-letters/retry'],
    ['delete', '/ops/dead-letters'],
  ] as const)('is for Admins alone: %s %s', async (method, place) => {
    await request(api.server)[method](place).expect(401);
    await as(api, ada)[method](place).expect(403);
    expect(workers.some(({ draining }) => draining)).toBe(false);
  });

  it('serves the page to anybody, with a policy that lets no text run', async () => {
    const page = await request(api.server).get('/ops').expect(200);
    const files = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file!);
    expect(files).toEqual(['/ops/ops.css', '/ops/ops.js']);
    for (const file of files) await request(api.server).get(file).expect(200);
    expect(page.headers['content-security-policy']).toContain("require-trusted-types-for 'script'");
    await request(api.server).get('/ops').set('If-None-Match', page.headers.etag!).expect(304);
    await request(api.server).post('/ops').expect(405);
  });

  it('drains and resumes, and never takes the last worker', async () => {
    await admin.post('/ops/workers/api-0/drain').expect(202);
    expect(workers[0]!.draining).toBe(true);
    const { body } = await admin.post('/ops/workers/api-1/drain').expect(409);
    expect(body.detail).toMatch(/last worker/);
    expect(workers[1]!.draining).toBe(false);
    await admin.post('/ops/workers/api-0/resume').expect(204);
    expect(workers[0]!.draining).toBe(false);
    await admin.post('/ops/workers/api-7/drain').expect(404);
    await admin.post('/ops/workers/..%2Fx/drain').expect(400);
  });

  it('does not count on a worker that NGINX does not reach yet', async () => {
    workers[1]!.reached = false;
    await admin.post('/ops/workers/api-0/drain').expect(409);
    expect(workers[0]!.draining).toBe(false);
  });

  it('drains one of two that get the command at the same moment', async () => {
    const both = ['api-0', 'api-1'].map((name) => admin.post(`/ops/workers/${name}/drain`));
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(workers.filter(({ draining }) => draining)).toHaveLength(1);
  });

  it('reports a worker that does not begin to drain', async () => {
    workers[0]!.obeys = false;
    const { headers } = await admin.post('/ops/workers/api-0/drain').expect(503);
    expect(headers['retry-after']).toBe('1');
  });

  it('has a job worker that reaches RabbitMQ settle the dead letters, and reports if none does', async () => {
    const { body } = await admin.post('/ops/dead-letters/retry').expect(200);
    expect(body).toEqual(settled);
    await admin.delete('/ops/dead-letters').expect(200, { ...settled, discarded: 3 });
    jobWorkers[1]!.close();
    const { body: problem } = await admin.post('/ops/dead-letters/retry').expect(503);
    expect(problem.detail).toMatch(/RabbitMQ is away/);
    jobWorkers[1] = await startJobWorkerStub('worker-1', 3, 7);
  });

  const watch = (count: number) => watchOps(api, admin, (events) => events.length >= count);

  it('sends the state of the workers, the jobs and the messages in RabbitMQ each second', async () => {
    const [first, second] = await watch(2);
    expect(first!.workers.map(({ name }) => name).sort()).toEqual(['api-0', 'api-1']);
    expect(first!.jobs).toMatchObject({ waiting: 0, running: 0, failed: 0, latest: [] });
    expect(first!.messages).toEqual({ ready: 7, unacknowledged: 4, deadLetters: 2 });
    expect(second!.at).toBeGreaterThan(first!.at);
    jobWorkers[1]!.close();
    const [later] = await watch(1);
    expect(later!.messages).toBeNull();
  });

  it('sends nothing more to a watcher who has logged out', async () => {
    const { body: session } = await request(api.server)
      .post('/users/login')
      .send({ email: admin.email, password: admin.password })
      .expect(200);
    const { body } = await fetch(`http://127.0.0.1:${portOf(api.server)}/ops/events`, {
      headers: { Authorization: `Bearer ${session.token}` },
      signal: AbortSignal.timeout(10_000),
    });
    await as(api, session).post('/users/logout').expect(204);
    let text = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream() as never)) text += String(chunk);
    expect((text.match(/data:/g) ?? []).length).toBeLessThan(3);
  });

  it('has what the supervisor reports of autoscaling, while it does', async () => {
    expect((await watch(1))[0]!.scaling).toBeUndefined();
    const status = {
      least: 1,
      most: 4,
      workers: 2,
      restMs: 0,
      steps: [{ at: 1, text: '1 → 2 API workers' }],
    };
    const supervisor = await serveControl(
      { folder, name: 'supervisor-0', logger: createLogger('silent', 'test') },
      { 'GET /autoscale': () => status },
    );
    const [, later] = await watch(2);
    supervisor.close();
    expect(later).toMatchObject({ scaling: status, silent: [] });
  });

  it('names a worker that runs and does not answer in time', async () => {
    const [part] = await watch(1);
    expect(part!.silent).toEqual([]);
    workers[1]!.answers = false;
    // Each event is shared by all who watch: the next begins after this.
    const later = await watch(2);
    expect(later[1]!.workers.map(({ name }) => name)).toEqual(['api-0']);
    expect(later[1]!.silent).toEqual(['api-1']);
  });

  it('answers HEAD without a stream', async () => {
    await request(api.server).head('/ops/events').set('Authorization', `Bearer ${admin.token}`).expect(200);
  });
});
