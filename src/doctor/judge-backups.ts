import path from 'node:path';
import { listBackups } from '../backup/kept-backups';
import { findingsOf, type Finding } from './finding';

const { ok, warning } = findingsOf('Backups');
const HOUR_MS = 3_600_000;
/** Threshold of the alert BackupOld. */
const OLD_MS = 48 * HOUR_MS;
const SET_UP = 'npx taskfleet install-service --with-backup, unless MongoDB is backed up in another way';
const AGAIN =
  'npx taskfleet backup --keep 14 shows why; journalctl -u taskfleet-backup shows the last attempts';

/**
 * Judges the age of the newest backup in a folder.
 *
 * @param folder undefined if nothing says where backups are
 * @param isNeeded whether having none is worth a warning
 */
export async function judgeBackups(folder: string | undefined, isNeeded: boolean): Promise<Finding[]> {
  if (folder === undefined) return [];
  const found = await listBackups(folder);
  if (!found) return isNeeded ? [warning('taskfleet makes no backups by itself', SET_UP)] : [];
  const [newest] = found;
  if (!newest) return [warning('Backups are to be made, but there is none yet', AGAIN)];
  const ageMs = Date.now() - newest.at.getTime();
  const says = `the newest backup is ${age(ageMs)} old (${path.basename(newest.file)})`;
  return [ageMs > OLD_MS ? warning(says.replace(/^t/, 'T'), AGAIN) : ok(says)];
}

function age(ms: number): string {
  const hours = Math.max(0, Math.round(ms / HOUR_MS));
  if (hours < 48) return `${hours} hour${hours === 1 ? '' : 's'}`;
  return `${Math.floor(hours / 24)} days`;
}
