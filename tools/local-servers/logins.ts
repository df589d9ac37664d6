import crypto from 'node:crypto';
import fs from 'node:fs';
import { replaceFile } from '../../src/lib/replace-file';
import { newSecret, readSecret } from './secrets';

/** How the stack logs in to one of its servers. */
export interface Login {
  user: string;
  password: string;
}

export interface Logins {
  /** The one that the apps use; its password is empty if the server has none. */
  login: Login;
  /** Set during a rotation: the server accepts it too, and the apps use it after their next reload. */
  nextLogin?: Login;
  /** The same through all rotations, and another if the file of the password was lost. */
  origin: string;
}

/** The logins of a server without passwords. */
export const nobody: Logins = { login: { user: '', password: '' }, origin: '' };

/** They take turns, so that a server can accept the old password and the new one. */
const [firstUser, secondUser] = ['taskfleet', 'taskfleet-2'] as const;
export const users = [firstUser, secondUser];

const nextOf = (file: string) => `${file}.next`;

/** Reads `PASSWORD` or `USER:PASSWORD`, and after a rotation the origin in a second line. */
function parse(text: string) {
  const [first = '', origin] = text.trim().split('\n');
  const [user, password] = first.includes(':') ? (first.split(':') as [string, string]) : [firstUser, first];
  const digest = () => crypto.createHash('sha256').update(password).digest('hex').slice(0, 16);
  return { login: { user, password }, origin: origin ?? digest() };
}

/** Reads the logins of a server from its file, which is made if it is missing. */
export function readLogins(file: string): Logins {
  const current = parse(readSecret(file));
  const next = nextOf(file);
  return fs.existsSync(next)
    ? { ...current, nextLogin: parse(fs.readFileSync(next, 'utf8')).login }
    : current;
}

/** Makes the next login. An interrupted rotation has made it before. */
export function ensureNext(file: string): void {
  if (fs.existsSync(nextOf(file))) return;
  const { login, origin } = parse(readSecret(file));
  const user = login.user === firstUser ? secondUser : firstUser;
  replaceFile(nextOf(file), `${user}:${newSecret()}\n${origin}\n`);
}

/** Puts the next login in the place of the current one. */
export const useNext = (file: string): void => fs.renameSync(nextOf(file), file);
