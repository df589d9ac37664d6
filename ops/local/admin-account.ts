import fs from 'node:fs';
import path from 'node:path';
import { runCommand, UserError } from '../../tools/command/run-command';

const admin = { email: 'admin@taskfleet.local', username: 'admin', name: 'Admin' };

interface Place {
  root: string;
  /** Folder of the stack, which gets the file with the password. */
  dir: string;
  env: Record<string, string>;
}

/**
 * Creates the first Admin if the database has none.
 *
 * @returns undefined if the database had an Admin before, whose password is not known here
 */
export async function ensureAdmin({
  root,
  dir,
  env,
}: Place): Promise<{ email: string; passwordFile: string } | undefined> {
  // The command writes a new password to this file if the file is missing.
  const passwordFile = path.join(dir, 'admin-password');
  const { email, username, name } = admin;
  const who = ['--email', email, '--username', username, '--name', name, '--password-file', passwordFile];
  const args = [path.join(root, 'dist', 'cli', 'admin.js'), '--if-none', ...who];
  const result = await runCommand(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
  if (result.code !== 0)
    throw new UserError(`The Admin could not be created:\n${result.stdout}${result.stderr}`);
  return fs.existsSync(passwordFile) ? { email, passwordFile } : undefined;
}
