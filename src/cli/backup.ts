import { existsSync } from 'node:fs';
import path from 'node:path';
import { totalOf } from '../backup/backup-format';
import { readBackupKeys, writeNewKey } from '../backup/encryption';
import { backupsIn, ensureBackupFolder, nameOf, removeOldBackups } from '../backup/kept-backups';
import { writeBackup } from '../backup/write-backup';
import { wholeNumber } from '../command-line/arguments';
import { commands } from '../command-line/commands';
import { fromCaller, UsageError } from '../command-line/convention';
import { dataDirOf } from '../config/config-file';
import { createLock } from '../infra/mongo/lock';
import { runCommand, say, untilInterrupted } from './command';
import { withBar, withData, type Data } from './data-command';

interface Wanted {
  file: string;
  keys: string[];
  atOneMoment: boolean;
  signal: AbortSignal;
}

async function write({ dump, migrations }: Data, { file, keys, atOneMoment, signal }: Wanted) {
  const { counts, snapshot, size } = await withBar((onProgress) =>
    withBar(
      (onCheck) => writeBackup({ dump, migrations, file, keys, atOneMoment, signal, onProgress, onCheck }),
      'read back',
    ),
  );
  const how = keys.length > 0 ? 'encrypted, ' : '';
  say(
    `${file}: ${totalOf(counts)} documents of ${dump.database}, ${(size / 1e6).toFixed(1)} MB, ${how}read back and counted`,
  );
  if (!snapshot && atOneMoment)
    say('This server has no snapshots: the backup may hold only a part of what was written meanwhile.');
}

/** Writes a backup and removes old ones, while no other process does the same. */
async function writeAndKeep(data: Data, wanted: Wanted, keep: number): Promise<void> {
  const lock = createLock(data.mongo.db, 'backup');
  const isFree = await lock.attempt(async (lost) => {
    await write(data, { ...wanted, signal: AbortSignal.any([wanted.signal, lost]) });
    for (const file of await removeOldBackups(wanted.file, keep))
      say(`${file} removed: ${keep} newer ones are kept`);
  });
  if (isFree) return;
  throw new Error(`Another backup is under way (${(await lock.holder()) ?? 'it has just ended'}); this one had no effect.
If the other was killed, its lock ends within 15 seconds; then run the same command again.`);
}

runCommand(commands.backup, async ({ values, positionals: [name] }) => {
  const { keep: kept, 'new-key': keyFile, 'no-snapshot': noSnapshot } = values;
  if (kept !== undefined && name !== undefined)
    throw new UsageError(`Unexpected argument '${name}': --keep chooses the name of the file.`);
  const keep = kept === undefined ? undefined : wholeNumber('--keep', kept, 1, 10_000);
  if (keyFile !== undefined) {
    if (name !== undefined || keep || noSnapshot) throw new UsageError('--new-key takes no other option.');
    await writeNewKey(fromCaller(keyFile));
    return say(`${fromCaller(keyFile)} holds a new key: set BACKUP_KEY_FILE to it, and keep a copy on another host.
Without the key nobody can read the backups.`);
  }
  const keys = await readBackupKeys(process.env);
  const dir = dataDirOf(process.cwd(), process.env);
  // A second database would push out the backups of the stack, and pass for one of them.
  if (
    name === undefined &&
    process.env.TASKFLEET_FOREIGN === 'true' &&
    existsSync(path.join(dir, 'stack.json'))
  )
    throw new UsageError(
      "Name the FILE: MONGO_URL names a database that this stack does not use, and the folder backups has the stack's own.",
    );
  const folder = backupsIn(dir);
  const file = name === undefined ? path.join(folder, nameOf(new Date(), keys.length > 0)) : fromCaller(name);
  const wanted = { file, keys, atOneMoment: !noSnapshot, signal: untilInterrupted() };
  await withData(async (data) => {
    if (name === undefined) await ensureBackupFolder(folder);
    await (keep ? writeAndKeep(data, wanted, keep) : write(data, wanted));
  });
});
