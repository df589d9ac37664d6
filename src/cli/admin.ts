import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { commands } from '../command-line/commands';
import { fromCaller, UsageError } from '../command-line/convention';
import { composeApi } from '../compose/api';
import { readConfig } from '../config';
import { createLogger } from '../process/logger';
import { newUserSchema } from '../users/user-schemas';
import { runCommand, say } from './command';

runCommand(commands.admin, async ({ values }) => {
  const file = values['password-file'] && fromCaller(values['password-file']);
  const { password, isMade } = passwordOf(file);
  const { email, username, name } = values;
  // Checked before a server is contacted or a file is written.
  const person = values.promote ? undefined : checkPerson({ email, username, name, password });
  const { auth, users, close } = await composeApi(readConfig(process.env), createLogger('error', 'admin'));
  try {
    if (!person) {
      await users.changeAccess(values.promote!, { role: 'Admin' });
      return say(`${values.promote} is an Admin as of the next log-in.`);
    }
    if (values['if-none'] && (await auth.hasAdmin())) return say('An Admin exists already.');
    if (file && isMade) writeFileSync(file, `${password}\n`, { mode: 0o600 });
    await auth.createAdmin(person);
    say(`${person.email} is an Admin${isMade && !file ? `; the password is ${password}` : ''}.`);
  } finally {
    await close();
  }
});

function checkPerson(given: Record<string, string | undefined>) {
  const { data, error } = newUserSchema.safeParse(given);
  if (data) return data;
  const faults = error.issues.map(({ path, message }) => {
    const field = path.join('.');
    return given[field] === undefined ? `--${field} is required` : `--${field}: ${message}`;
  });
  throw new UsageError(`${faults.join('; ')}.`);
}

function passwordOf(file: string | undefined): { password: string; isMade: boolean } {
  if (file && existsSync(file)) {
    const bytes = readFileSync(file);
    if (!isUtf8(bytes)) throw new UsageError(`${file} is not UTF-8: save it as UTF-8.`);
    return { password: bytes.toString('utf8').trim(), isMade: false };
  }
  return { password: randomBytes(18).toString('base64url'), isMade: true };
}
