import fs from 'node:fs';
import path from 'node:path';
import { post } from '../../../tools/kit/people';
import { calm, prepareLoad } from '../load';
import type { Part } from './part';
import { HOST, network } from './places';

/** Seconds that `docker compose stop` of one service may take. */
const mostSeconds = 9;
const ANSWER_MS = 10_000;

/** Two job workers, what is published, monitors beside a busy address, a backup and its restore, and stops. */
export const careForIt: Part = async ({ stack, account, faults }) => {
  const { engine, compose, containers } = stack;
  const [worker = ''] = await containers('worker');
  await engine.docker(['exec', worker, 'pm2', 'scale', 'taskfleet-worker', '2']);
  await calm(20_000);
  const state = await engine.docker(['inspect', '--format', '{{.State.Health.Status}}', worker]);
  console.log(`two job workers: ${state}`);
  if (state !== 'healthy') faults.push(`two job workers: the container is ${state}`);

  const [nginx = ''] = await containers('nginx');
  const published = await engine.docker(['port', nginx]);
  if (/::/.test(published)) faults.push(`NGINX is published for IPv6: ${published}`);

  await restoreBackup();

  const timed = async (service: string) => {
    const began = Date.now();
    await compose(['stop', service]);
    return (Date.now() - began) / 1_000;
  };
  // NGINX first: the API workers then ask for a name that is gone.
  for (const service of ['nginx', 'api', 'worker']) {
    const seconds = await timed(service);
    console.log(`stop ${service}: ${seconds.toFixed(1)} s`);
    if (seconds > mostSeconds) faults.push(`stop ${service} took ${seconds.toFixed(1)} s`);
  }
  await stack.up();

  async function restoreBackup(): Promise<void> {
    const { headers } = await prepareLoad(account);
    const ask = (address: string) =>
      fetch(`${stack.url}${address}`, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    const countTasks = async () => (await ask('/tasks?limit=1&count=true')).headers.get('x-total-count');
    const before = await countTasks();
    const [api = ''] = await containers('api');
    await engine.docker(['exec', api, 'taskfleet', 'backup', '/tmp/backup.gz'], { timeoutMs: 300_000 });
    const encoded = await engine.docker(['exec', api, 'base64', '-w0', '/tmp/backup.gz']);
    const file = path.join(network.folderOf(HOST), 'backup.gz');
    fs.writeFileSync(file, Buffer.from(encoded, 'base64'));
    const later = await post<{ _id: string }>(`${stack.url}/tasks`, { title: 'After the backup' }, headers);
    const mount = ['-v', `${file}:/backup.gz:ro`];
    const restore = () =>
      compose(
        ['run', '--rm', '-T', ...mount, 'api', 'taskfleet', 'restore', '/backup.gz', '--empty', 'taskfleet'],
        {
          mayFail: true,
        },
      );
    const refused = await restore();
    if (refused.code === 0 || !/docker compose stop nginx api worker/.test(refused.stderr))
      faults.push(`a restore while containers serve: ${refused.stderr.slice(-300)}`);
    await compose(['stop', 'nginx', 'api', 'worker']);
    const restored = await restore();
    console.log(`restore: ${restored.stdout.trim().split('\n').at(-1)}`);
    if (restored.code !== 0) faults.push(`a restore: ${restored.stderr.slice(-300)}`);
    await stack.up();
    const after = await countTasks();
    const { status } = await ask(`/tasks/${later._id}`);
    console.log(`restore: ${before} tasks before, ${after} after; one made since the backup: ${status}`);
    if (before === null || after !== before) faults.push(`a restore: ${before} tasks became ${after}`);
    if (status !== 404) faults.push(`a restore: a task made since the backup answers ${status}`);
  }
};
