import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Apps } from '../../../ops/stack/apps';
import { createScale } from '../../../ops/stack/scale';
import type { AppProcess } from '../../../ops/stack/types';
import type { createStackFile, StackFile } from '../../../tools/local-servers/stack-file';
import { buildApiStatus } from '../../support/api-status';

const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-scale-'));
const FIRST_PID = 4_000_001;
const state = (): { draining: boolean; asideSince?: number } => ({ draining: false });
const workers = [0, 1, 2].map((instance) => ({
  ...{ name: 'taskfleet-api' as const, status: 'online', instance, id: instance, restarts: 0, crashes: 0 },
  pid: FIRST_PID + instance,
  state: state(),
}));
let file: StackFile;
let servers: Server[];

/** Answers like the control socket of each worker. */
beforeAll(async () => {
  servers = workers.map(({ state }) =>
    createServer(({ url }, response) => {
      if (url === '/resume') Object.assign(state, { draining: false, asideSince: undefined });
      response.end(url === '/status' ? JSON.stringify(buildApiStatus(state)) : '{}');
    }),
  );
  const listening = servers.map((server, instance) => {
    const socket = path.join(folder, `api-${instance}.${FIRST_PID + instance}.sock`);
    return new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  await Promise.all(listening);
});
afterAll(() => {
  servers.forEach((server) => server.close());
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  file = { env: { RUN_DIR: folder } };
  workers.forEach(({ state }) => Object.assign(state, { draining: false, asideSince: undefined }));
});

const { resumeDrained } = createScale({
  apps: { list: async () => workers } as unknown as Apps,
  stackFile: { read: () => file } as ReturnType<typeof createStackFile>,
  listPorts: async () => {},
});
const drain = (...instances: number[]) =>
  instances.forEach((instance) => (workers[instance]!.state.draining = true));
const resumed = async (isWanted?: (app: AppProcess) => boolean) => {
  const said: string[] = [];
  await resumeDrained((text) => said.push(text), isWanted);
  return said;
};
const drained = () => workers.flatMap(({ state, instance }) => (state.draining ? [instance] : []));

describe('another number of workers', () => {
  it('leaves a worker alone that an operator drained, or that stepped aside', async () => {
    drain(0, 1);
    workers[1]!.state.asideSince = 1;
    expect(await resumed()).toEqual([
      'API worker 0 stays drained, as an operator wanted; Resume at /ops ends that',
      'API worker 1 stepped aside; it returns by itself',
    ]);
    expect(drained()).toEqual([0, 1]);
  });

  it('resumes a worker that a killed command drained', async () => {
    drain(0, 1);
    file.leaving = [FIRST_PID];
    expect(await resumed()).toEqual([
      'API worker 0 was drained and serves again',
      'API worker 1 stays drained, as an operator wanted; Resume at /ops ends that',
    ]);
    expect(drained()).toEqual([1]);
  });

  it('resumes drained workers if no other would be left', async () => {
    drain(1, 2);
    expect(await resumed(({ instance }) => instance > 0)).toEqual([
      'API worker 1 was drained and serves again',
      'API worker 2 was drained and serves again',
    ]);
    expect(drained()).toEqual([]);
  });
});
