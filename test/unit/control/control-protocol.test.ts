import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { askAll, askProcess, isTwinServing } from '../../../src/control/control-client';
import { listSockets } from '../../../src/control/control-folder';
import { serveControl } from '../../../src/control/control-server';
import { setLevel } from '../../../src/control/process-status';
import { createLogger } from '../../../src/process/logger';
import { buildApiStatus } from '../../support/api-status';

describe('the control protocol', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-control-'));
  const logger = createLogger('info', 'test');
  const status = buildApiStatus({ asideSince: 7 });
  let lateMs: number | string = 1;
  let control: { close: () => void };
  const socket = () => listSockets(folder)[0]!;

  beforeAll(async () => {
    control = await serveControl(
      { folder, name: 'api-0', logger: createLogger('silent', 'test') },
      {
        'GET /status': () => status,
        // A process of another release may answer something else.
        'GET /vitals': () => ({ lateMs, cores: 1, utilisation: 1, serving: true, aside: false }) as never,
        'POST /drain': () => Promise.reject(new Error('NGINX does not answer')),
        'POST /resume': () => {},
        'POST /log-level': setLevel([logger]),
      },
    );
  });
  afterAll(() => {
    control.close();
    rmSync(folder, { recursive: true });
  });

  it('carries answers, none, and the errors of handlers', async () => {
    expect(await askProcess(socket(), 'GET /status')).toEqual(status);
    expect(await askProcess(socket(), 'POST /resume')).toBeUndefined();
    await expect(askProcess(socket(), 'POST /drain')).rejects.toThrow('api-0: NGINX does not answer');
  });

  it('refuses a body that the command does not take', async () => {
    await askProcess(socket(), 'POST /log-level', { body: { level: 'debug' } });
    await expect(askProcess(socket(), 'POST /log-level', { body: { level: 'loud' } })).rejects.toThrow(
      'must be one of fatal',
    );
    // @ts-expect-error the command needs a body
    await expect(askProcess(socket(), 'POST /log-level')).rejects.toThrow('expected object');
    expect(logger.level).toBe('debug');
  });

  it('refuses commands that the process does not take', async () => {
    const asked = askProcess(socket(), 'GET /queue');
    await expect(asked).rejects.toThrow('Unknown command. Commands: GET /status, GET /vitals');
    // @ts-expect-error not a command
    await expect(askProcess(socket(), 'GET /toString')).rejects.toThrow('Unknown command');
  });

  it('rejects answers that are not as declared, and leaves them out of all', async () => {
    lateMs = 'very';
    await expect(askProcess(socket(), 'GET /vitals')).rejects.toThrow(/unexpected answer.*number.*lateMs/s);
    expect(await askAll(folder, 'GET /vitals')).toEqual([]);
    expect(await askAll(folder, 'GET /status')).toMatchObject([{ name: 'api-0', answer: status }]);
  });

  it('knows whether another process with the same name serves, as in a reload', async () => {
    expect(await isTwinServing(folder, 'api-0')).toBe(false);
    renameSync(socket().file, path.join(folder, `api-0.${process.ppid}.sock`));
    expect(await isTwinServing(folder, 'api-0')).toBe(true);
    expect(await isTwinServing(folder, 'api-1')).toBe(false);
    status.serving = false;
    expect(await isTwinServing(folder, 'api-0')).toBe(false);
  });
});
