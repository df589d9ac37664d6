import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serveControl } from '../../../src/control/control-server';
import { createFleet } from '../../../src/ops/fleet';
import { createLogger } from '../../../src/process/logger';
import { buildApiStatus } from '../../support/api-status';

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
