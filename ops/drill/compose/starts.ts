import { messageOf } from '../../../src/lib/error-code';
import { waitUntil } from '../../../tools/command/run-command';
import type { Part } from './part';
import { versions } from './places';

const tmpfs = ['--tmpfs', '/home/node/.pm2:uid=1000,mode=0700', '--tmpfs', '/tmp'];
const mongo = ['--env', 'MONGO_URL=mongodb://mongo/taskfleet'];
const key = ['--env', `JWT_SECRET=${'x1'.repeat(32)}`];
/** Containers that cannot work, each with what it has to print. */
const hopeless: Record<string, { args: string[]; says: RegExp }> = {
  'a read-only root': {
    args: ['--read-only', ...mongo, ...key],
    says: /user 1000 cannot write to \/home\/node\/\.pm2/,
  },
  'another user': { args: ['--user', '12345', ...mongo, ...key], says: /user 12345 cannot write to/ },
  'a wrong configuration': { args: ['--read-only', ...tmpfs, ...mongo], says: /JWT_SECRET is not set/ },
};

/** Starts containers that cannot work: each must say why and end, so that a restart policy acts. */
export const startHopeless: Part = async ({ stack: { engine }, faults }) => {
  for (const [title, { args, says }] of Object.entries(hopeless)) {
    const call = ['run', '--rm', '--network', 'none', ...args, versions[0]];
    const said = await engine.docker(call, { timeoutMs: 30_000 }).then(() => '', messageOf);
    const line = said.split('\n').at(-1) ?? '';
    console.log(`${title.padEnd(34)} ${line}`);
    if (!says.test(said))
      faults.push(`${title}: the container did not end with its reason, but with "${line}"`);
  }
  const policy = ['run', '--detach', '--restart', 'on-failure:2', '--network', 'none', ...mongo, versions[0]];
  const id = await engine.docker(policy);
  const restarts = () => engine.docker(['inspect', '--format', '{{.RestartCount}} {{.State.Running}}', id]);
  const what = 'The restart policy does not act';
  await waitUntil(async () => (await restarts()) === '2 false', { timeoutMs: 60_000, everyMs: 500, what })
    .catch((error: unknown) => faults.push(messageOf(error)))
    .finally(() => engine.docker(['rm', '--force', id]));
};
