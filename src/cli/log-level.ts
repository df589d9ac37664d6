import { commands } from '../command-line/commands';
import { readProcessConfig } from '../config';
import { askProcess } from '../control/control-client';
import { isWorker, listLiving } from '../control/control-folder';
import { runCommand, say } from './command';

/** A job worker runs at the lowest priority, and answers late on a busy host. */
const timeoutMs = 5_000;

/** Covers the API workers and job workers that share this RUN_DIR. */
runCommand(commands['log-level'], async ({ positionals: [level] }) => {
  const { runDir } = readProcessConfig(process.env);
  const sockets = listLiving(runDir)
    .filter(isWorker)
    .sort((a, b) => a.name.localeCompare(b.name));
  const asked = sockets.map(async (socket) => {
    const { logLevel: before } = await askProcess(socket, 'GET /status', { timeoutMs });
    if (level === undefined) return `${socket.name}: ${before}`;
    await askProcess(socket, 'POST /log-level', { body: { level }, timeoutMs });
    return `${socket.name}: ${before === level ? `${level} already` : `${before} → ${level}`}`;
  });
  const answers = await Promise.allSettled(asked);
  for (const answer of answers)
    say(answer.status === 'fulfilled' ? answer.value : `! ${(answer.reason as Error).message}`);
  if (!answers.some(({ status }) => status === 'fulfilled'))
    throw new Error(`No running process answers in ${runDir}.`);
  if (answers.some(({ status }) => status === 'rejected')) process.exitCode = 1;
});
