import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { lateBuilds } from '../../ops/drill/broken-builds';
import { makeClone } from '../../ops/drill/own-clone';
import { hold, isHeld } from '../../ops/set-up/build';
import { newTitle, send, startCluster, type Cluster } from '../support/cluster';
import { startLoad } from '../support/load';

const root = path.join(__dirname, '..', '..');
/** A clone: a build that is taken back is in `dist` for a while, from which workers of other stacks would start. */
const clone = makeClone(root, mkdtempSync(path.join(root, '.local', 'clone-')));

let cluster: Cluster | undefined;
afterAll(async () => {
  await cluster?.stack.stop();
  rmSync(clone, { recursive: true, force: true });
}, 60_000);

describe('a roll-out', () => {
  it('takes back a build that crashes in place or soon after it was ready, without a failed request', async () => {
    cluster = await startCluster({ root: clone, dir: path.join(clone, '.local') });
    const { stack, url } = cluster;
    const { token } = await cluster.buildAdmin();
    const { body } = await send(url, 'POST', '/tasks', { title: newTitle() }, token);
    const task = `/tasks/${(body as { _id: string })._id}`;
    const { env, release } = stack.info();
    // Stands for a rollback: a start must not release the sources that it left.
    hold(clone);
    for (const { name, build, failure } of lateBuilds(clone, path.join(clone, 'builds'))) {
      const stop = startLoad({ url, token, connections: 8, path: task });
      const refusal = await stack
        .replaceApps({ build, apiWorkers: 2, env })
        .catch((error: Error) => error.message);
      const { failed, detail } = await stop();
      expect({ name, failed, detail }).toEqual({ name, failed: 0, detail });
      expect(refusal).toMatch(failure);
      expect(refusal).toContain(`The previous build (release ${release}) serves again`);
      expect(stack.info().release).toBe(release);
      expect(isHeld(clone)).toBe(true);
      const states = (await stack.apps()).map((app) => [app.status, app.release]);
      expect(states).toEqual(Array(3).fill(['online', release]));
    }
  }, 300_000);
});
