import { LOG_LEVELS, readProcessConfig } from '../config';
import { askProcess } from '../control/control-client';
import { listSockets } from '../control/control-folder';
import { runCommand, say, UsageError } from './command';

const USAGE = `Changes what the running processes log, until each starts anew.
  npm run log-level              the level of each
  npm run log-level -- LEVEL     ${LOG_LEVELS.join(', ')}`;

/** API workers and job workers that share this RUN_DIR. */
async function main(): Promise<void> {
  const [level] = process.argv.slice(2);
  if (level === '--help') return say(USAGE);
  if (level !== undefined && !(LOG_LEVELS as readonly string[]).includes(level))
    throw new UsageError('log-level', `"${level}" is no level; nothing was changed.`);
  const { runDir } = readProcessConfig(process.env);
  const sockets = listSockets(runDir).sort((a, b) => a.name.localeCompare(b.name));
  const asked = sockets.map(async (socket) => {
    const { logLevel: before } = await askProcess<{ logLevel: string }>(socket, 'GET', '/status');
    if (level === undefined) return `${socket.name}: ${before}`;
    await askProcess(socket, 'POST', '/log-level', { body: { level } });
    return `${socket.name}: ${before === level ? `${level} already` : `${before} → ${level}`}`;
  });
  const answers = await Promise.allSettled(asked);
  for (const answer of answers)
    say(answer.status === 'fulfilled' ? answer.value : `! ${(answer.reason as Error).message}`);
  if (!answers.some(({ status }) => status === 'fulfilled'))
    throw new Error(`No process runs here that could be asked (by ${runDir}).`);
  if (answers.some(({ status }) => status === 'rejected')) process.exitCode = 1;
}

runCommand(main);
