import fs from 'node:fs';
import path from 'node:path';
import { runCommand, UserError } from '../../tools/command/run-command';

const admin = { email: 'admin@taskfleet.local', username: 'admin', name: 'Admin' };

/**
 * Creates the first Admin, where there is none.
 *
 * @returns nothing where the database had an
 *   Admin before, whose password isn't known here
 */
export async function ensureAdmin({
  root,
  dir,
  env,
}: {
  root: string;
  dir: string;
  env: Record<string, string>;
}): Promise<{ email: string; passwordFile: string } | undefined> {
  // It is written with a new password where it is missing.
  const passwordFile = path.join(dir, 'admin-password');
  const { email, username, name } = admin;
  const who = ['--email', email, '--username', username, '--name', name, '--password-file', passwordFile];
  const args = [path.join(root, 'dist', 'cli', 'admin.js'), '--if-none', ...who];
  const result = await runCommand(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
  if (result.code !== 0)
    throw new UserError(`The Admin could not be created:\n${result.stdout}${result.stderr}`);
  return fs.existsSync(passwordFile) ? { email, passwordFile } : undefined;
}
