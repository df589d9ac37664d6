import { parseArgs } from 'node:util';
import { totalOf } from '../backup/backup-format';
import { restoreBackup } from '../backup/restore-backup';
import { runCommand, say } from './command';
import { fromCaller, withBar, withData } from './data-command';

const USAGE = `Writes a backup into an empty database, after the file was checked. Stop the workers first.
  npm run restore -- FILE
  --empty NAME                   removes what the database of this name holds`;

runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: { empty: { type: 'string' }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) return say(USAGE);
  const [name, ...more] = positionals;
  if (!name || more.length > 0) throw new Error(USAGE);
  const file = fromCaller(name);
  await withData(async ({ dump, migrations, prepare, forgetCached }) => {
    const { header, counts } = await withBar(0, (onProgress) =>
      restoreBackup({ dump, migrations, file, empty: values.empty, prepare, forgetCached, onProgress }),
    );
    say(`${dump.database} holds the ${totalOf(counts)} documents of ${header.createdAt}, counted again.`);
  });
});
