import path from 'node:path';
import { parseArgs } from 'node:util';
import { totalOf } from '../backup/backup-format';
import { writeBackup } from '../backup/write-backup';
import { readArguments, runCommand, say, untilInterrupted, UsageError } from './command';
import { fromCaller, withBar, withData } from './data-command';

const USAGE = `Writes the whole database into one file, which only its owner can read.
  npm run backup [-- FILE]       by default .local/backups/taskfleet-TIME.gz
  --no-snapshot                  collection after collection, not all as of one moment`;

const defaultFile = () =>
  path.join('.local', 'backups', `taskfleet-${new Date().toISOString().replace(/[:.]/g, '-')}.gz`);

runCommand(async () => {
  const { values, positionals } = readArguments('backup', () =>
    parseArgs({
      options: {
        'no-snapshot': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    }),
  );
  if (values.help) return say(USAGE);
  if (positionals.length > 1) throw new UsageError('backup', 'One FILE at the most.');
  const file = positionals[0] ? fromCaller(positionals[0]) : path.resolve(defaultFile());
  const signal = untilInterrupted();
  await withData(async ({ dump, migrations }) => {
    const atOneMoment = !values['no-snapshot'];
    const { counts, snapshot, size } = await withBar((onProgress) =>
      writeBackup({ dump, migrations, file, atOneMoment, onProgress, signal }),
    );
    say(`${file}: ${totalOf(counts)} documents of ${dump.database}, ${(size / 1e6).toFixed(1)} MB`);
    if (!snapshot && atOneMoment)
      say('This server knows no snapshots: what was written meanwhile may be there in part.');
  });
});
