import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';

/** Distinguishes the people of this process from those of another. */
const run = randomBytes(4).toString('hex');
let count = 0;

/** Returns a person whose name no request has used before. */
export function newPerson() {
  count += 1;
  const username = `bench-${run}-${count}`;
  return { name: 'Bench', email: `${username}@example.com`, username, password: 'a password of tools' };
}

/** A user of the API with the header that authenticates it. */
export interface Client {
  id: string;
  headers: Record<string, string>;
}

/** What a log-in or sign-up answers. */
export interface Session {
  token: string;
  user: { _id: string };
}

const toClient = ({ token, user }: Session): Client => ({
  id: user._id,
  headers: { authorization: `Bearer ${token}` },
});

/** @throws if the answer is not a success */
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

/** Uploads a picture of a user. @returns the id of its job @throws if the API does not accept it */
export async function putAvatar(
  url: string,
  { id, headers: own }: Client,
  body: Buffer,
  type = 'image/jpeg',
): Promise<string> {
  const headers = { ...own, 'content-type': type };
  const response = await fetch(`${url}/users/${id}/avatar`, { method: 'PUT', headers, body });
  if (response.status !== 202) throw new Error(`PUT avatar answers ${response.status}`);
  return ((await response.json()) as { _id: string })._id;
}

/** Makes an Admin by the command line, which is the only way. */
export async function makeAdmin(url: string, folder: string, env: Record<string, string>): Promise<Client> {
  const command = path.resolve(__dirname, '..', '..', 'dist', 'cli', 'admin.js');
  const passwordFile = path.join(folder, 'admin-password');
  const { email, username } = newPerson();
  const who = ['--name', 'Bench', '--email', email, '--username', username, '--password-file', passwordFile];
  await promisify(execFile)(process.execPath, [command, ...who], { env: { ...process.env, ...env } });
  const password = (await readFile(passwordFile, 'utf8')).trim();
  return toClient(await post<Session>(`${url}/users/login`, { email, password }));
}

/**
 * Returns a function that makes JPEGs. They look alike but differ, since the same bytes again would find the job that
 * they have already. Bytes after the end of a JPEG are not read.
 */
export async function createPictures(width = 1_024, height = 768) {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const create = { width, height, channels: 3, background: 'gray', noise } as const;
  const picture = await sharp({ create }).jpeg({ quality: 80 }).toBuffer();
  return () => Buffer.concat([picture, randomBytes(16)]);
}
