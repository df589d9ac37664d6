import { createPm2 } from '../../tools/local-servers/pm2';
import { interruption, sleep } from '../../tools/command/run-command';
import type { createStackFile } from '../../tools/local-servers/stack-file';

const lookMs = 1_000;
/** Wait after a start that failed; it doubles up to the longest. */
const shortestMs = 1_000;
const longestMs = 60_000;

/**
 * Watches the daemons of PM2, whose death takes the servers and apps along. Starts everything, and starts it again
 * whenever a daemon is gone, until it is interrupted.
 *
 * @param options start: starts everything, and resolves to true if everything runs then
 */
export async function watchDaemons({
  root,
  stackFile,
  start,
  say,
  signal = interruption.signal,
}: {
  root: string;
  stackFile: ReturnType<typeof createStackFile>;
  start: () => Promise<boolean>;
  say: (text: string) => void;
  signal?: AbortSignal;
}) {
  const isAlive = (home?: string) => home !== undefined && createPm2({ root, home }).isAlive();
  const findDead = (): string | undefined => {
    const { pm2, supervisor } = stackFile.read();
    if (!isAlive(pm2?.home)) return 'the PM2 of the apps is gone';
    return isAlive(supervisor?.home) ? undefined : 'the PM2 of the servers is gone';
  };
  let waitMs = shortestMs;
  for (let dead: string | undefined = 'nothing runs yet'; !signal.aborted; dead = findDead()) {
    if (!dead) {
      await sleep(lookMs);
      continue;
    }
    say(`starting: ${dead}`);
    if (await start()) {
      say('everything runs');
      waitMs = shortestMs;
    } else if (!signal.aborted) {
      say(`it did not start; once more in ${waitMs / 1_000} s`);
      await sleep(waitMs);
      waitMs = Math.min(2 * waitMs, longestMs);
    }
  }
}
