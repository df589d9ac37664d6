import path from 'node:path';
import { totalOf } from '../backup/backup-format';
import { writeBackup } from '../backup/write-backup';
import { commands } from '../command-line/commands';
import { fromCaller } from '../command-line/convention';
import { runCommand, say, untilInterrupted } from './command';
import { withBar, withData } from './data-command';

const defaultFile = () =>
  path.join('.local', 'backups', `taskfleet-${new Date().toISOString().replace(/[:.]/g, '-')}.gz`);

runCommand(commands.backup, async ({ values, positionals }) => {
  const file = positionals[0] ? fromCaller(positionals[0]) : path.resolve(defaultFile());
  const signal = untilInterrupted();
  await withData(async ({ dump, migrations }) => {
    const atOneMoment = !values['no-snapshot'];
    const { counts, snapshot, size } = await withBar((onProgress) =>
      writeBackup({ dump, migrations, file, atOneMoment, onProgress, signal }),
    );
    say(`${file}: ${totalOf(counts)} documents of ${dump.database}, ${(size / 1e6).toFixed(1)} MB`);
    if (!snapshot && atOneMoment)
      say('This server has no snapshots: the backup may hold only a part of what was written meanwhile.');
  });
});
