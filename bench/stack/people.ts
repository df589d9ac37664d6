import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../store/folders';

/** Tells this run's people from those of another. */
const run = randomBytes(4).toString('hex');
let count = 0;

/** Somebody whom no request has named before, over all connections and runs. */
export function newPerson() {
  count += 1;
  const username = `bench-${run}-${count}`;
  return { name: 'Bench', email: `${username}@example.com`, username, password: 'a password of the bench' };
}

/** A person of the API with the header that says so. */
export interface Client {
  id: string;
  headers: Record<string, string>;
}

interface Session {
  token: string;
  user: { _id: string };
}

const toClient = ({ token, user }: Session): Client => ({
  id: user._id,
  headers: { authorization: `Bearer ${token}` },
});

export async function post<T>(url: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export const signUp = async (url: string): Promise<Client> =>
  toClient(await post<Session>(`${url}/users/signup`, newPerson()));

/** Admins are made by the command line alone. */
export async function makeAdmin(url: string, folder: string, env: Record<string, string>): Promise<Client> {
  const command = path.join(root, 'dist', 'cli', 'admin.js');
  const passwordFile = path.join(folder, 'admin-password');
  const { email, username } = newPerson();
  const who = ['--name', 'Bench', '--email', email, '--username', username, '--password-file', passwordFile];
  await promisify(execFile)(process.execPath, [command, ...who], { env: { ...process.env, ...env } });
  const password = (await readFile(passwordFile, 'utf8')).trim();
  return toClient(await post<Session>(`${url}/users/login`, { email, password }));
}
