// @ts-nocheck
import { createPm2 } from '../../tools/local-servers/pm2';
import { interruption, sleep } from '../../tools/command/run-command';

const lookMs = 1_000;
/** Between two starts that failed; it doubles up to the longest. */
const shortestMs = 1_000;
const longestMs = 60_000;

/**
 * PM2 watches over servers and apps; this watches over its daemons, whose death takes what they watched along. It
 * starts everything, and starts it again whenever one is gone, until it is interrupted.
 *
 * @param options start: whether everything runs then
 */
export async function watchDaemons({
  root,
  stackFile,
  start,
  say,
  signal = interruption.signal,
}: {
  root: string;
  stackFile: ReturnType<import('../../tools/local-servers/stack-file').createStackFile>;
  start: () => Promise<boolean>;
  say: (text: string) => void;
  signal?: AbortSignal;
}) {
  const isAlive = (home: any) => home && createPm2({ root, home }).isAlive();
  const findDead = () => {
    const { pm2, supervisor } = stackFile.read();
    if (!isAlive(pm2?.home)) return 'the PM2 of the apps is gone';
    return isAlive(supervisor?.home) ? undefined : 'the PM2 of the servers is gone';
  };
  let waitMs = shortestMs;
  for (let dead = 'nothing runs yet'; !signal.aborted; dead = findDead()) {
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
