import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { totalOf } from '../backup/backup-format';
import { restoreBackup } from '../backup/restore-backup';
import { readArguments, runCommand, say, untilInterrupted, UsageError } from './command';
import { fromCaller, withBar, withData } from './data-command';
import { requireIdle } from './require-idle';

const USAGE = `Writes a backup into an empty database, after the file was checked. The workers have to be stopped.
  npm run restore -- FILE
  --empty NAME                   removes what the database of this name holds
  --while-serving                although workers run: what they write meanwhile is mixed with the backup`;

const flag = { type: 'boolean', default: false } as const;

function readOptions() {
  const { values, positionals } = readArguments('restore', () =>
    parseArgs({
      options: { empty: { type: 'string' }, 'while-serving': flag, help: flag },
      allowPositionals: true,
    }),
  );
  const [name, ...more] = positionals;
  if (values.help) return undefined;
  if (!name || more.length > 0) throw new UsageError('restore', 'One FILE is needed.');
  if (!existsSync(fromCaller(name))) throw new UsageError('restore', `${name} is not there.`);
  return { name, empty: values.empty, whileServing: values['while-serving'] };
}

runCommand(async () => {
  const options = readOptions();
  if (!options) return say(USAGE);
  const { name, empty, whileServing } = options;
  // Told by `npm run restore`: a database of which the stack's processes know nothing.
  const isForeign = process.env.TASKFLEET_FOREIGN === 'true';
  const signal = untilInterrupted();
  let begun: string | undefined;
  try {
    await requireIdle({ whileServing, isForeign });
    await withData(async ({ dump, migrations, prepare, forgetCached }) => {
      const { header, counts } = await withBar((onProgress) =>
        restoreBackup({
          dump,
          migrations,
          file: fromCaller(name),
          empty,
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
    throw new Error(`${(error as Error).message}\n${begun ? partOf(begun, name) : NOTHING}`, {
      cause: error,
    });
  }
});

const NOTHING = 'The database is as it was; the same command begins anew.';
const partOf = (database: string, name: string) =>
  `The database ${database} holds a part of the backup and nothing else. Start no worker on it before this:
  npm run restore -- ${name} --empty ${database}`;
