import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Metrics } from '../infra/metrics';

/** Names that `nameOf` gives; files of other names are a person's own. */
const MADE = /^taskfleet-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.gz(\.age)?$/;
const BAD = '.bad';

export interface KeptBackup {
  file: string;
  /** Time from which its data is. */
  at: Date;
}

/** Returns a name with the time, by which backups are sorted. */
export const nameOf = (at: Date, isEncrypted: boolean): string =>
  `taskfleet-${at.toISOString().replace(/[:.]/g, '-')}.gz${isEncrypted ? '.age' : ''}`;

export const isMadeName = (name: string): boolean => MADE.test(name);

/** The folder of the backups that taskfleet names itself. @param dataDir DATA_DIR */
export const backupsIn = (dataDir: string): string => path.join(dataDir, 'backups');

/** Makes the folder, or closes it to other users. */
export async function ensureBackupFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await stat(folder)).mode & 0o077) await chmod(folder, 0o700);
}

/**
 * Lists the backups in a folder, the newest first. A file has such a name only after it was read back.
 *
 * @returns undefined if the folder does not exist
 */
export async function listBackups(folder: string): Promise<KeptBackup[] | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return entries
    ?.flatMap((entry) => {
      const [, date, ...parts] = MADE.exec(entry.name) ?? [];
      if (!date || !entry.isFile()) return [];
      const [hours, minutes, seconds, ms] = parts;
      const at = new Date(`${date}T${hours}:${minutes}:${seconds}.${ms}Z`);
      return [{ file: path.join(folder, entry.name), at }];
    })
    .sort((one, other) => other.at.getTime() - one.at.getTime());
}

/**
 * Removes all but the newest backups of a folder.
 *
 * @param made stays whatever its time says: the clock may have been wrong before
 * @returns the removed backups
 */
export async function removeOldBackups(made: string, keep: number): Promise<string[]> {
  const folder = path.dirname(made);
  const others = ((await listBackups(folder)) ?? []).filter(({ file }) => file !== made);
  const old = others.slice(keep - 1).map(({ file }) => file);
  for (const file of old) await rm(file);
  return old;
}

/** Keeps a file that did not pass its check under another name, in place of earlier ones. @returns its path */
export async function setAside(part: string, file: string): Promise<string> {
  const folder = path.dirname(file);
  const isBad = (name: string) => name.endsWith(BAD) && MADE.test(name.slice(0, -BAD.length));
  for (const name of (await readdir(folder)).filter(isBad)) await rm(path.join(folder, name));
  await rename(part, `${file}${BAD}`);
  return `${file}${BAD}`;
}

/** Every API worker of a host exports the same value: aggregate with max(), not sum(). */
export function observeBackups(metrics: Metrics, folder: string | undefined): void {
  if (folder === undefined) return;
  /** 0 if there is none yet: the folder is there once a backup was tried or is to be made by itself. */
  const newest = async () => {
    const found = await listBackups(folder).catch(() => undefined);
    return found && (found[0]?.at.getTime() ?? 0) / 1_000;
  };
  metrics.gauge('taskfleet_backup_last_good_timestamp_seconds', 'Time of the newest good backup', newest);
}
