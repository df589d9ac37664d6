import { messageOf } from '../../src/lib/error-code';
import { forCaller } from '../../src/command-line/convention';
import { alone, createLocalStack, dir, isOfSupervisor, supervisorLock } from '../local/local-stack';
import { createProgress } from '../../tools/command/progress';
import { holderOf } from '../../tools/command/lock';
import { runMain } from '../../tools/command/run-main';
import { UserError, waitUntil } from '../../tools/command/run-command';

const command = {
  call: 'npx taskfleet stop',
  about: 'Stops the workers, the servers and the supervisor of this folder. The data stays.',
  options: {},
};

type Progress = ReturnType<typeof createProgress>;

/** Limit for the supervisor, which stops everything before it ends. */
const supervisorMs = 150_000;

/** Ends the supervisor, which would start everything again. A supervisor that runs this command itself goes on. */
async function endSupervisor(progress: Progress) {
  const holder = holderOf(supervisorLock);
  if (!holder || isOfSupervisor()) return;
  const { pid } = holder;
  await progress.step(
    'supervisor',
    `process ${pid} stops everything and ends`,
    async () => {
      try {
        process.kill(pid, 'SIGTERM');
      } catch (error) {
        throw new UserError(`The supervisor (process ${pid}) cannot be stopped: ${messageOf(error)}`);
      }
      const hasEnded = () => holderOf(supervisorLock)?.pid !== pid;
      const what = `The supervisor (process ${pid}) has not ended`;
      await waitUntil(hasEnded, { timeoutMs: supervisorMs, what });
    },
    () => 'ended',
  );
}

async function stop(progress: Progress) {
  const stack = createLocalStack();
  const services = Object.values(stack.info().services);
  const names = services.flatMap(({ name, external }) => (external ? [] : name));
  await progress.step(
    'apps',
    'stopping',
    () => stack.stopApps(),
    () => 'stopped',
  );
  await progress.step(
    'servers',
    names.length > 0 ? `stopping ${names.join(', ')}` : 'none was started here',
    () => stack.stop(),
    () => `stopped; the data stays in ${forCaller(dir)}`,
  );
}

export const run = (args: string[]) =>
  runMain(args, command, async () => {
    const progress = createProgress();
    await endSupervisor(progress);
    await alone(() => stop(progress));
  });
