import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { composeApi } from '../compose';
import { readConfig } from '../config';
import { createLogger } from '../logger';
import { newUserSchema } from '../users/user-schemas';
import { runCommand, say } from './command';

const USAGE = `Makes an Admin, or with --promote an Admin of somebody who has signed up.
  npm run admin -- --email E --username U --name N [--password-file F] [--if-none]
  npm run admin -- --promote NAME        the user name or e-mail of a user
Without --password-file a password is made and printed; a file that isn't there is written with one.
--if-none does nothing where there is an Admin already.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      email: { type: 'string' },
      username: { type: 'string' },
      name: { type: 'string' },
      'password-file': { type: 'string' },
      'if-none': { type: 'boolean', default: false },
      promote: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(USAGE);
  const { auth, close } = await composeApi(readConfig(process.env), createLogger('error', 'admin'));
  try {
    if (values.promote) {
      await auth.promote(values.promote);
      return say(`${values.promote} is an Admin from the next log-in on.`);
    }
    if (values['if-none'] && (await auth.hasAdmin())) return say('There is an Admin already.');
    const { password, made } = passwordOf(values['password-file']);
    const person = newUserSchema.safeParse({
      email: values.email,
      username: values.username,
      name: values.name,
      password,
    });
    if (!person.success) {
      const faults = person.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
      throw new Error(`${faults.join('\n')}\n\n${USAGE}`);
    }
    await auth.createAdmin(person.data);
    say(`${person.data.email} is an Admin${made ? `; the password is ${made}` : ''}.`);
  } finally {
    await close();
  }
}

function passwordOf(file: string | undefined): { password: string; made?: string } {
  if (file && existsSync(file)) return { password: readFileSync(file, 'utf8').trim() };
  const password = randomBytes(18).toString('base64url');
  if (!file) return { password, made: password };
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return { password };
}

runCommand(main);
