import { readDataConfig } from '../config';
import { askAll } from '../control/control-client';
import { listLiving } from '../control/control-folder';
import { addressOf } from '../lib/redact-url';
import { say } from './command';

const MIXED = 'their writes would be mixed with the backup';
const LOOPBACK = /^(localhost|127\.|\[::1\])/;

/**
 * Refuses if workers on this host serve from the database, and reports what can't be checked.
 * @param isForeign true if the processes of this host's stack use another database
 */
export async function requireIdle({ whileServing = false, isForeign = false }): Promise<void> {
  const { mongoUrl, runDir } = readDataConfig(process.env);
  const address = addressOf(mongoUrl);
  if (isForeign)
    return say(`Workers that use ${address} can't be seen from here. If there are any, ${MIXED}.`);
  const names = await listNames(runDir);
  const found = `${names.length} process${names.length === 1 ? '' : 'es'} (${names.join(', ')})`;
  if (names.length > 0 && !whileServing)
    throw new Error(`${found} of taskfleet run here:
${MIXED}. Nothing was done. Stop them first:
  npx pm2 stop taskfleet-api taskfleet-worker
--while-serving restores anyway; afterwards they serve nothing cached from before.`);
  if (names.length > 0) say(`${found} keep running: ${MIXED}.`);
  if (!LOOPBACK.test(address)) say(`Workers on other hosts that use ${address} can't be seen from here.`);
}

/** Lists the running processes, including those that do not answer. */
async function listNames(folder: string): Promise<string[]> {
  // Removes the sockets of processes that were killed: another process may have their pid by now.
  await askAll(folder, 'GET /status');
  return [...new Set(listLiving(folder).map(({ name }) => name))].sort();
}
