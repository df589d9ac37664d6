// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';

const NAME = 'taskfleet.postman_environment.json';

/**
 * Postman's environment for this stack, so that nobody has to copy the Admin's password: mode 600.
 *
 * @param options.dir where it is written
 * @param options.admin where the password is known here
 * @returns the file
 */
export function writePostmanEnvironment({
  root,
  dir,
  url,
  admin,
}: {
  root: string;
  dir: string;
  url: string;
  admin?: { email: string; passwordFile: string };
}): string {
  const environment = JSON.parse(fs.readFileSync(path.join(root, 'postman', NAME), 'utf8'));
  const known = { url };
  if (admin) {
    known.adminLogin = admin.email;
    known.adminPassword = fs.readFileSync(admin.passwordFile, 'utf8').trim();
  }
  for (const variable of environment.values) variable.value = known[variable.key] ?? variable.value;
  const file = path.join(dir, NAME);
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(temporary, file);
  return file;
}
