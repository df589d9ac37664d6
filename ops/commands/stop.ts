// @ts-nocheck
import { alone, createLocalStack, supervisorLock } from '../local/local-stack';
import { createProgress } from '../../tools/command/progress';
import { holderOf } from '../../tools/command/lock';
import { runMain } from '../../tools/command/run-main';
import { UserError, waitUntil } from '../../tools/command/run-command';

const usage = `npm stop

Stops the workers, the servers and the supervisor of this folder. The data stays
in .local.
`;

/** Longer than it takes to stop everything. */
const supervisorMs = 150_000;
const progress = createProgress();

/** It would start everything again. The one that runs this command at its own end waits for it. */
async function endSupervisor() {
  const holder = holderOf(supervisorLock);
  if (!holder || holder.pid === process.ppid) return;
  const { pid } = holder;
  await progress.step(
    'supervisor',
    `process ${pid} is told to stop everything and end`,
    async () => {
      try {
        process.kill(pid, 'SIGTERM');
      } catch (error) {
        throw new UserError(`The supervisor (process ${pid}) can't be told to end: ${error.message}`);
      }
      const hasEnded = () => holderOf(supervisorLock)?.pid !== pid;
      const what = `The supervisor (process ${pid}) has not ended`;
      await waitUntil(hasEnded, { timeoutMs: supervisorMs, what });
    },
    () => 'ended',
  );
}

async function stop() {
  const stack = createLocalStack();
  await progress.step(
    'apps',
    'stopping',
    () => stack.stopApps(),
    () => 'stopped',
  );
  await progress.step(
    'servers',
    'stopping',
    () => stack.stop(),
    () => 'stopped; the data stays in .local',
  );
}

export const run = () =>
  runMain({ usage }, async () => {
    await endSupervisor();
    await alone(stop);
  });
