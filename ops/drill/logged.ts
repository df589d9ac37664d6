import fs from 'node:fs';
import path from 'node:path';

/** Requests that the drill sends; NGINX and the workers also log those of the stack itself. */
const SENT = /"(?:path|url)":"\/(?:tasks|users\/login)/;

/** @returns the texts of a log and of its earlier files */
function textsOf(file: string): string[] {
  const folder = path.dirname(file);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return names
    .filter((name) => name === path.basename(file) || name.startsWith(`${path.basename(file)}.`))
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
}

/** Reads which requests a log and its earlier files name. @param id finds the id of a request in its line */
export function readLogged(file: string, id: RegExp) {
  const texts = textsOf(file);
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => SENT.test(line));
  return { files: texts.length, ids: new Set(lines.flatMap((line) => id.exec(line)?.[1] ?? [])) };
}

/** @returns how many of these are not among the others */
export const countMissing = (ids: Set<string>, others: Set<string>): number =>
  [...ids].filter((id) => !others.has(id)).length;
