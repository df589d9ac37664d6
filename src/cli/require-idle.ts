import { readDataConfig } from '../config';
import { listServing } from '../control/list-serving';
import { addressOf } from '../lib/server-away';
import { say } from './command';

const MIXED = 'what they write meanwhile is mixed with the backup';
const LOOPBACK = /^(localhost|127\.|\[::1\])/;

/**
 * Refuses while workers that can be seen from here serve from the database, and says what can't be seen.
 * `isForeign`: the processes of this machine's stack use another one.
 */
export async function requireIdle({ whileServing = false, isForeign = false }): Promise<void> {
  const { mongoUrl, runDir } = readDataConfig(process.env);
  const address = addressOf(mongoUrl);
  if (isForeign) return say(`Whether workers use ${address} can't be seen from here: if so, ${MIXED}.`);
  const serving = await listServing(runDir);
  const who = `${serving.length} process${serving.length === 1 ? '' : 'es'} (${serving.join(', ')})`;
  if (serving.length > 0 && !whileServing)
    throw new Error(`${who} of taskfleet run here:
${MIXED}. Nothing was done. Stop them first:
  npx pm2 stop taskfleet-api taskfleet-worker
--while-serving does it all the same; they show nothing cached from before.`);
  if (serving.length > 0) say(`${who} go on: ${MIXED}.`);
  if (!LOOPBACK.test(address)) say(`Workers of other machines that use ${address} can't be seen from here.`);
}
