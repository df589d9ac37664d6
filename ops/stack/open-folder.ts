import fs from 'node:fs';
import path from 'node:path';
import { shellQuoted } from '../../src/command-line/convention';
import { ownUid } from '../../src/lib/private-folder';
import { UserError } from '../../tools/command/run-command';

/**
 * Makes the stack's folder, for this user alone. A folder outside of the clone is judged and never changed: it may be
 * somebody's home, or shared on purpose.
 *
 * @returns its real path
 * @throws UserError if other users could read it, or own it
 */
export function openFolder(root: string, dir: string): string {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const folder = fs.realpathSync(dir);
  const { mode, uid } = fs.statSync(folder);
  if (uid !== ownUid)
    throw new UserError(`The data folder ${folder} belongs to user ${uid}. Run this command as that user.`);
  if ((mode & 0o077) === 0) return folder;
  if (path.relative(fs.realpathSync(root), folder).startsWith('..'))
    throw new UserError(
      `Other users can read the data folder ${folder} (mode ${(mode & 0o777).toString(8)}), which holds the database, ` +
        `secrets and backups.\nClose it: chmod 700 ${shellQuoted(folder)}\nOr name another one by DATA_DIR.`,
    );
  fs.chmodSync(folder, 0o700);
  return folder;
}
