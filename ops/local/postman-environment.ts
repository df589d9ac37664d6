import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../src/lib/replace-file';

const NAME = 'taskfleet.postman_environment.json';

interface Known {
  root: string;
  /** Folder that gets the file. */
  dir: string;
  url: string;
  /** Unset if the password is not known here. */
  admin?: { email: string; passwordFile: string };
}

const environmentSchema = z.looseObject({
  values: z.array(z.looseObject({ key: z.string(), value: z.string() })),
});

/**
 * Writes Postman's environment of this stack with the password of the Admin, with mode 600.
 *
 * @returns the file
 */
export function writePostmanEnvironment({ root, dir, url, admin }: Known): string {
  const template: unknown = JSON.parse(fs.readFileSync(path.join(root, 'postman', NAME), 'utf8'));
  const environment = environmentSchema.parse(template);
  const known: Record<string, string> = { url };
  if (admin) {
    known.adminLogin = admin.email;
    known.adminPassword = fs.readFileSync(admin.passwordFile, 'utf8').trim();
  }
  for (const variable of environment.values) variable.value = known[variable.key] ?? variable.value;
  const file = path.join(dir, NAME);
  replaceFile(file, `${JSON.stringify(environment, null, 2)}\n`);
  return file;
}
