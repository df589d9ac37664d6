import { createLocalStack, root } from '../local/local-stack';
import { flag } from '../../src/command-line/arguments';
import { examineCheckout } from '../doctor/checkout';
import { examineLoad } from '../doctor/load';
import { examineNginx, examinePorts } from '../doctor/nginx';
import { examineRoom } from '../doctor/room';
import { examineServers } from '../doctor/servers';
import { examineWorkers } from '../doctor/workers';
import { findingsOf } from '../../src/doctor/finding';
import { report } from '../doctor/report';
import { runMain } from '../../tools/command/run-main';

const command = {
  call: 'npx taskfleet doctor',
  about: `Checks everything that the stack consists of, and changes nothing. Each finding has its cure.
The exit status is 1 if there is an error, 2 for wrong arguments, and 0 for warnings alone.`,
  options: { json: flag('prints the findings as JSON') },
};

async function examine() {
  const stack = createLocalStack();
  const { dir, url, env, pm2Home } = stack.info();
  const supervisorHome = stack.stackFile.read().supervisor?.home;
  const here = [...examineCheckout(root), ...examineRoom({ dir, pm2Home, supervisorHome, env })];
  if (!env.MONGO_URL && !process.env.MONGO_URL)
    return [...here, findingsOf('Stack').error('No stack was started here yet', 'npm start')];
  const [servers, workers, load, nginx] = await Promise.all([
    examineServers({ root, dir, env }),
    examineWorkers(stack),
    examineLoad(env),
    examineNginx({ url, dir }),
  ]);
  const ports = examinePorts(
    dir,
    workers.apps.flatMap(({ port }) => port ?? []),
  );
  return [...here, ...servers, ...workers.findings, ...load, ...nginx, ...ports];
}

export const run = (args: string[]) =>
  runMain(args, command, async ({ values: { json } }) => {
    const findings = await examine();
    process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : report(findings));
    if (findings.some(({ level }) => level === 'error')) process.exitCode = 1;
  });
