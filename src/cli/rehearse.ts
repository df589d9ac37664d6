import { readBackupKeys } from '../backup/encryption';
import { backupsIn, listBackups } from '../backup/kept-backups';
import { REHEARSAL, rehearseRestore, scratchOf } from '../backup/rehearse-restore';
import { UserError } from '../command-line/convention';
import { dataDirOf } from '../config/config-file';
import { createLock } from '../infra/mongo/lock';
import { say, untilInterrupted } from './command';
import { withBar, withData } from './data-command';

/** @returns the newest backup in DATA_DIR */
async function newest(): Promise<string> {
  const folder = backupsIn(dataDirOf(process.cwd(), process.env));
  const [latest] = (await listBackups(folder)) ?? [];
  if (latest) return latest.file;
  throw new UserError(`${folder} holds no backup: name a FILE, or make one: npx taskfleet backup --keep 14`);
}

const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** Restores a backup into a scratch database beside the one of MONGO_URL. @param file the newest backup if unset */
export async function rehearse(file?: string): Promise<void> {
  const signal = untilInterrupted();
  const [from, keys] = [file ?? (await newest()), await readBackupKeys(process.env)];
  let scratch = '';
  await withData(async ({ dump }) => void (scratch = scratchOf(dump.database)));
  say(`Restoring ${from} into ${scratch}.`);
  await withData(async ({ dump, migrations, mongo, prepare, prepareEmpty }) => {
    const { header, records, expired, restoreMs } = await withBar((onProgress) =>
      rehearseRestore({
        ...{ dump, migrations, file: from, keys, prepareEmpty, prepare, onProgress, signal },
        lock: createLock(mongo.db, REHEARSAL),
        onComparing: () => say('All documents are restored; comparing each with the backup.'),
      }),
    );
    say(`The backup of ${header.database} from ${header.createdAt} can be restored: all ${records} documents are there
with the same content. A restore takes ${inSeconds(restoreMs)} on this server. ${scratch} is removed again.`);
    if (expired > 0) say(`${expired} of them have expired since then, so MongoDB removed them at once.`);
  }, scratch);
}
