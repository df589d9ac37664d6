import { accessSync, constants } from 'node:fs';
import { totalOf } from '../backup/backup-format';
import { restoreBackup } from '../backup/restore-backup';
import { commands } from '../command-line/commands';
import { describeFailure, fromCaller, shellQuoted, UsageError } from '../command-line/convention';
import { runCommand, say, untilInterrupted } from './command';
import { withBar, withData } from './data-command';
import { requireIdle } from './require-idle';

runCommand(commands.restore, async ({ values, positionals: [name] }) => {
  const { empty, 'while-serving': whileServing } = values;
  if (!name) throw new UsageError('One FILE is needed.');
  const file = fromCaller(name);
  requireReadable(file);
  // Set by `npm run restore` for a database that the processes of this stack don't use.
  const isForeign = process.env.TASKFLEET_FOREIGN === 'true';
  const signal = untilInterrupted();
  let begun: string | undefined;
  try {
    await requireIdle({ whileServing, isForeign });
    await withData(async ({ dump, migrations, prepare, prepareEmpty, forgetCached }) => {
      const { header, counts } = await withBar((onProgress) =>
        restoreBackup({
          dump,
          migrations,
          file,
          empty,
          prepareEmpty,
          prepare: () => {
            say('All documents are there; making the indexes.');
            return prepare();
          },
          forgetCached,
          onProgress,
          onBegin: () => (begun = dump.database),
          signal,
        }),
      );
      say(`${dump.database} holds the ${totalOf(counts)} documents of ${header.createdAt}, counted again.`);
    });
    if (!isForeign && !whileServing) say('Workers that were stopped come back by npm start.');
  } catch (error) {
    if (!begun && !signal.aborted) throw error;
    const { text = (error as Error).message } = describeFailure(error, '');
    throw new Error(`${text}\n${begun ? partOf(begun, name) : NOTHING}`, { cause: error });
  }
});

/** Before MongoDB is asked. */
function requireReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(`${file} is not there.`);
  }
}

const NOTHING = 'The database is as it was; the same command begins anew.';
const partOf = (database: string, name: string) =>
  `The database ${database} holds a part of the backup and nothing else. Start no worker on it before this:
  npm run restore -- ${shellQuoted(name)} --empty ${shellQuoted(database)}`;
