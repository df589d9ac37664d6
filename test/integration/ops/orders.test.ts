import { serveControl } from '../../../src/control/control-server';
import { createLogger } from '../../../src/process/logger';
import { buildApiStatus } from '../../support/api-status';
import { newNamespace } from '../../support/api';
import { newFolder } from '../../support/folder';
import { use } from '../../support/use';
import { useAdmin, useApi, useMember } from '../../support/use-api';
import { as } from '../../support/factories';

const namespace = newNamespace();
const folders = { alpha: newFolder('alpha'), beta: newFolder('beta') };
const hostOf = (name: keyof typeof folders) =>
  useApi(() => ({ RUN_DIR: folders[name], TASKFLEET_HOST: name, REDIS_URL: '' }), namespace);
const alpha = hostOf('alpha');
hostOf('beta');
const admin = useAdmin(alpha);
const ada = useMember(alpha);

/** Serves the commands of a worker of beta. */
const useStub = (name: string) => {
  const stub = { draining: false, drains: 0, resumes: true };
  use(
    () =>
      serveControl(
        { folder: folders.beta, name, logger: createLogger('silent', 'test') },
        {
          'GET /status': () => buildApiStatus({ name, draining: stub.draining, serving: !stub.draining }),
          'POST /drain': () => {
            stub.draining = true;
            stub.drains += 1;
          },
          'POST /resume': () => {
            if (!stub.resumes) throw new Error('its port is taken');
            stub.draining = false;
          },
        },
      ),
    ({ close }) => close(),
  );
  return stub;
};
const workers = [useStub('api-0'), useStub('api-1')] as const;
beforeEach(() =>
  workers.forEach((stub) => Object.assign(stub, { draining: false, drains: 0, resumes: true })),
);

const drain = (place: string) => admin.post(`/ops/workers/${place}/drain`);

describe('an order to another host', () => {
  it('drains and resumes a worker there once, without Redis, and the audit has both', async () => {
    await drain('beta/api-0').expect(202);
    expect(workers.map(({ drains }) => drains)).toEqual([1, 0]);
    await admin.post('/ops/workers/beta/api-0/resume').expect(204);
    expect(workers[0].draining).toBe(false);
    const { body } = await admin.get('/audit?actor=' + admin.id).expect(200);
    const events = (body as { action: string; detail?: string; outcome: string }[]).filter(({ action }) =>
      action.startsWith('worker-'),
    );
    expect(events.map(({ action, detail, outcome }) => [action, detail, outcome])).toEqual([
      ['worker-resumed', 'beta/api-0', 'done'],
      ['worker-drained', 'beta/api-0', 'done'],
    ]);
  });

  it('is refused for the last worker that serves', async () => {
    await drain('beta/api-0').expect(202);
    const { body } = await drain('beta/api-1').expect(409);
    expect(body.detail).toMatch(/api-1 is the last worker that serves/);
    expect(workers[1].drains).toBe(0);
  });

  it('reports what the other host reports', async () => {
    const { body } = await drain('beta/api-7').expect(404);
    expect(body.detail).toMatch(/no worker api-7/);
    workers[0].resumes = false;
    const { body: problem } = await admin.post('/ops/workers/beta/api-0/resume').expect(503);
    expect(problem.detail).toMatch(/its port is taken/);
  });

  it('is withdrawn if no worker of that host takes it, also of a host that has its name only', async () => {
    for (const host of ['gamma', 'beta@otherplace']) {
      const { body } = await drain(`${host}/api-0`).expect(503);
      expect(body.detail).toMatch(/nothing was done/);
    }
    expect(workers[0].drains).toBe(0);
  });

  it('is for Admins alone, and of well-formed names', async () => {
    await as(alpha, ada).post('/ops/workers/beta/api-0/drain').expect(403);
    await drain('be%20ta/api-0').expect(400);
    await drain('beta@/api-0').expect(400);
    expect(workers[0].drains).toBe(0);
  });
});
