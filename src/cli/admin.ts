import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { composeApi } from '../compose';
import { readConfig } from '../config';
import { createLogger } from '../logger';
import { newUserSchema } from '../users/user-schemas';
import { readArguments, runCommand, say, UsageError } from './command';

const USAGE = `Makes an Admin, or with --promote an Admin of somebody who has signed up.
  npm run admin -- --email E --username U --name N [--password-file F] [--if-none]
  npm run admin -- --promote NAME        the user name or e-mail of a user
Without --password-file a password is made and printed; a file that isn't there is written with one.
--if-none does nothing where there is an Admin already.`;

async function main(): Promise<void> {
  const { values } = readArguments('admin', () =>
    parseArgs({
      options: {
        email: { type: 'string' },
        username: { type: 'string' },
        name: { type: 'string' },
        'password-file': { type: 'string' },
        'if-none': { type: 'boolean', default: false },
        promote: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return say(USAGE);
  const file = values['password-file'];
  const { password, isMade } = passwordOf(file);
  const { email, username, name } = values;
  // Before anything is asked or written.
  const person = values.promote ? undefined : checkPerson({ email, username, name, password });
  const { auth, close } = await composeApi(readConfig(process.env), createLogger('error', 'admin'));
  try {
    if (!person) {
      await auth.promote(values.promote!);
      return say(`${values.promote} is an Admin from the next log-in on.`);
    }
    if (values['if-none'] && (await auth.hasAdmin())) return say('There is an Admin already.');
    if (file && isMade) writeFileSync(file, `${password}\n`, { mode: 0o600 });
    await auth.createAdmin(person);
    say(`${person.email} is an Admin${isMade && !file ? `; the password is ${password}` : ''}.`);
  } finally {
    await close();
  }
}

function checkPerson(given: Record<string, string | undefined>) {
  const { data, error } = newUserSchema.safeParse(given);
  if (data) return data;
  const faults = error.issues.map(({ path, message }) => {
    const field = path.join('.');
    return given[field] === undefined ? `--${field} is needed` : `--${field}: ${message}`;
  });
  throw new UsageError('admin', `${faults.join('; ')}.`);
}

function passwordOf(file: string | undefined): { password: string; isMade: boolean } {
  if (file && existsSync(file)) {
    const bytes = readFileSync(file);
    if (!isUtf8(bytes)) throw new UsageError('admin', `${file} is not UTF-8: save it as UTF-8.`);
    return { password: bytes.toString('utf8').trim(), isMade: false };
  }
  return { password: randomBytes(18).toString('base64url'), isMade: true };
}

runCommand(main);
