import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { COMMAND } from '../audit/audit-event';
import { commands } from '../command-line/commands';
import { fromCaller, UsageError } from '../command-line/convention';
import { composeApi } from '../compose/api';
import { readConfig } from '../config';
import { createCommandLogger } from '../process/logger';
import { newUserSchema } from '../users/user-schemas';
import { runCommand, say } from './command';

type Api = Awaited<ReturnType<typeof composeApi>>;
type Work = (api: Api) => Promise<void>;

/** What to do to a user who exists, by the name of the action. */
const ACTIONS: Record<string, (api: Api, name: string) => Promise<void>> = {
  promote: changing({ role: 'Admin' }, 'is an Admin as of the next log-in'),
  demote: changing({ role: 'worker' }, 'is a member as of the next log-in'),
  disable: changing({ disabled: true }, 'cannot log in any more'),
  enable: changing({ disabled: false }, 'can log in'),
  async reset({ passwords, users }, name) {
    const { resetToken, expiresAt } = await passwords.makeReset(await users.idOf(name), COMMAND);
    say(
      `${name} sets a new password, until ${expiresAt.toISOString()}, by PUT /users/password with the body`,
    );
    say(JSON.stringify({ resetToken, newPassword: 'at least 8 characters' }));
  },
};

runCommand(commands.admin, async ({ values, positionals }) => {
  // Checked before a server is contacted or a file is written.
  const { promote, ...others } = values;
  const work = promote ? workOn('promote', promote) : (chosen(positionals) ?? creation(others));
  const [unfit] = Object.entries(others).filter(([, value]) => value);
  if (unfit && (promote !== undefined || positionals.length > 0))
    throw new UsageError(`--${unfit[0]} is only for a new Admin.`);
  const api = await composeApi(readConfig(process.env), createCommandLogger('admin'));
  try {
    await work(api);
  } finally {
    await api.close();
  }
});

function changing(access: { role?: 'Admin' | 'worker'; disabled?: boolean }, done: string) {
  return async ({ users }: Api, name: string) => {
    await users.changeAccessOf(name, access);
    say(`${name} ${done}.`);
  };
}

function workOn(action: string, name: string): Work {
  return (api) => ACTIONS[action]!(api, name);
}

function chosen([action, name]: string[]): Work | undefined {
  if (action === undefined) return undefined;
  if (!Object.hasOwn(ACTIONS, action))
    throw new UsageError(
      `Unexpected argument '${action}': it must be one of ${Object.keys(ACTIONS).join(', ')}.`,
    );
  if (name === undefined) throw new UsageError(`Name the user: admin ${action} NAME.`);
  return workOn(action, name);
}

function creation(
  values: Partial<Record<'email' | 'username' | 'name' | 'password-file', string>> & { 'if-none'?: boolean },
): Work {
  const file = values['password-file'] && fromCaller(values['password-file']);
  const { password, isMade } = passwordOf(file);
  const { email, username, name } = values;
  const person = checkPerson({ email, username, name, password });
  return async ({ auth }) => {
    if (values['if-none'] && (await auth.hasAdmin())) return say('An Admin exists already.');
    if (file && isMade) writeFileSync(file, `${password}\n`, { mode: 0o600 });
    await auth.createAdmin(person);
    say(`${person.email} is an Admin${isMade && !file ? `. The password:\n${password}` : '.'}`);
  };
}

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
