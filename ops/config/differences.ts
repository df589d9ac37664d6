import fs from 'node:fs';
import { appVariables } from '../../src/config/app-environment';
import { defaultValueOf, secretDigestOf, shownValue } from '../../src/config/shown-value';
import { secretsIn } from '../../src/keys/key-list';
import { edgeVariables } from '../../tools/local-servers/edge';
import { roleOf } from '../stack/role';
import type { StackFile } from '../../tools/local-servers/stack-file';
import { isSameDatabase } from './same-database';

type Variables = Record<string, string | undefined>;

export interface Difference {
  name: string;
  was: string;
  becomes: string;
  /** True if data, keys or tokens of what runs would be out of reach. */
  isGrave: boolean;
}

const servers = { MONGO_URL: 'mongo', REDIS_URL: 'redis', AMQP_URL: 'rabbit' } as const;
export const isServer = (name: string): name is keyof typeof servers => Object.hasOwn(servers, name);

/** The keys of tokens in the order in which the API reads them: as a value, or in a file. */
export const keys = ['JWT_SECRETS', 'JWT_SECRETS_FILE', 'JWT_SECRET', 'JWT_SECRET_FILE'];

/** The stack finds these itself, or another variable shows the same difference. */
const chosen = [...keys, 'BASE_PORT', 'DISK_PLACES', 'NODE_ENV'];

/** @returns the keys that sign or verify tokens, with the name of the variable that holds them */
export function tokenKeys(env: Variables): { name: string; values: string[] } | undefined {
  const name = keys.find((key) => env[key]);
  if (!name) return undefined;
  const text = env[name]!;
  return { name, values: secretsIn(name.endsWith('_FILE') ? readOrEmpty(text) : text) };
}

function readOrEmpty(file: string) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export const ownServer = "the stack's own";

/** @returns the URL of a server that is not the stack's own */
export const externalUrl = ({ services = {}, env = {} }: StackFile, name: keyof typeof servers) =>
  services[servers[name]]?.external ? env[name] || services[servers[name]]?.url : undefined;

function serverDifference(before: StackFile, name: keyof typeof servers, next: string | undefined) {
  const was = externalUrl(before, name);
  if (was === next) return [];
  const shown = (url: string | undefined) => (url ? shownValue(name, url) : ownServer);
  const [old, fresh] = [shown(was), shown(next)];
  const becomes = old === fresh ? `${fresh} (other credentials)` : fresh;
  return [{ name, was: old, becomes, isGrave: name === 'MONGO_URL' && !isSameDatabase(was, next) }];
}

function keyDifference(before: Variables, next: Variables): Difference[] {
  const [was, becomes] = [tokenKeys(before), tokenKeys(next)];
  if (!was || !becomes || was.values.join() === becomes.values.join()) return [];
  const shown = (values: string[]) => `digest ${values.map(secretDigestOf).join(', ')}`;
  // While one key stays, the tokens that it signed stay valid.
  const isGrave = !was.values.some((key) => becomes.values.includes(key));
  return [{ name: becomes.name, was: shown(was.values), becomes: shown(becomes.values), isGrave }];
}

/** Without LISTEN no other host reaches NGINX any more, and without a certificate its ports speak plain HTTP. */
const reach = ['LISTEN', 'TLS_CERT', 'TLS_KEY'];

/** NGINX lists the workers at HOST. Outside of production an Admin is made whose password is in a file. */
const isGraveValue = (name: string, next: string | undefined) =>
  ['KEY_PREFIX', 'HOST', 'ROLE'].includes(name) ||
  (reach.includes(name) && !next) ||
  (name === 'PROFILE' && next !== 'production');

function valueDifference(name: string, before: Variables, next: Variables): Difference[] {
  const standard = defaultValueOf(name);
  const [was, becomes] = [before, next].map((env) => env[name] || standard) as [string, string];
  if (was === becomes) return [];
  const shown = (value: string) => (value === standard ? value : shownValue(name, value));
  return [
    {
      name,
      was: shown(was),
      becomes: shown(becomes),
      isGrave: isGraveValue(name, next[name]),
    },
  ];
}

/**
 * Compares what the apps and NGINX were started with last, even if nothing runs any more, with what they would get.
 *
 * @param before stack.json
 * @param next variables of the apps and of NGINX; a server without a URL is the stack's own
 */
export function differencesOf(before: StackFile, next: Variables): Difference[] {
  const { env } = before;
  // Nothing was started here yet.
  if (!env) return [];
  const { edge } = before.upstream ?? {};
  const ofNginx = edge ? edgeVariables.flatMap((name) => valueDifference(name, edge, next)) : [];
  const ofApps = appVariables.flatMap((name) => {
    if (isServer(name)) return serverDifference(before, name, next[name] || undefined);
    if (name === 'JWT_SECRET') return keyDifference(env, next);
    return chosen.includes(name) ? [] : valueDifference(name, env, next);
  });
  const ofRole = valueDifference('ROLE', { ROLE: before.role }, { ROLE: roleOf(next, before) });
  return [...ofRole, ...ofApps, ...ofNginx];
}
