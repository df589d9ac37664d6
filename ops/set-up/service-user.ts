import fs from 'node:fs';
import { shellQuoted } from '../../src/command-line/convention';
import { runCommand, UserError } from '../../tools/command/run-command';

export interface ServiceUser {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** @returns undefined if the system has no such user */
export async function findUser(name: string): Promise<ServiceUser | undefined> {
  const { code, stdout } = await runCommand('getent', ['passwd', name]);
  const [found, , uid, gid, , home = ''] = stdout.trim().split(':');
  return code === 0 && found === name ? { name, uid: Number(uid), gid: Number(gid), home } : undefined;
}

/** Creates a system user without a shell, unless there is such a user. @param home its home folder */
export async function ensureUser(name: string, home: string): Promise<ServiceUser> {
  const known = await findUser(name);
  if (known) return known;
  const args = ['--system', '--user-group', '--home-dir', home, '--shell', '/usr/sbin/nologin', name];
  const { code, stderr } = await runCommand('useradd', args);
  const made = code === 0 ? await findUser(name) : undefined;
  if (made) return made;
  const line = ['useradd', ...args.map(shellQuoted)].join(' ');
  throw new UserError(`The user ${name} could not be created: ${stderr.trim()}\nCreate it by hand: ${line}`);
}

/** Makes a folder for this user alone. @throws UserError if it is there and another user's */
export function ensureOwnFolder(folder: string, { name, uid, gid }: ServiceUser): void {
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.chownSync(folder, uid, gid);
  }
  if (fs.statSync(folder).uid === uid) return;
  throw new UserError(
    `${folder} belongs to another user than ${name}. If ${name} is to have what is in it, stop what runs and run:\n` +
      `  chown -R ${name}: ${shellQuoted(folder)}`,
  );
}
