import { readFileSync } from 'node:fs';

/** Each can be given as NAME_FILE, since engines mount secrets as files. read-keys.ts reads those of the tokens. */
const NAMES = ['MONGO_URL', 'REDIS_URL', 'AMQP_URL', 'PASSWORD_RESET_WEBHOOK_SECRET'];

type Variables = Record<string, string | undefined>;

/** An empty variable counts as unset. */
export const withoutEmpty = (env: NodeJS.ProcessEnv): Variables =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

/**
 * Reads the environment and the files that it names.
 *
 * @param faults gets what is wrong, without any part of a secret
 */
export function withFiles(env: NodeJS.ProcessEnv, faults: string[] = []): Variables {
  const given = withoutEmpty(env);
  for (const name of NAMES) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) faults.push(`${name} and ${name}_FILE are both set: unset one of them.`);
    else given[name] = readSecret(`${name}_FILE`, file, faults);
  }
  return given;
}

function readSecret(name: string, file: string, faults: string[]): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text) return text;
    faults.push(`${name} is "${file}", which is empty.`);
  } catch {
    faults.push(`${name} is "${file}", which cannot be read.`);
  }
  return undefined;
}
