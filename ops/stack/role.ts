import { isIP } from 'node:net';
import os from 'node:os';
import type { createStackFile, Role, StackFile } from '../../tools/local-servers/stack-file';
import type { createPrivateServers } from '../../tools/local-servers/private-servers';
import { UserError } from '../../tools/command/run-command';
import { isLoopback } from '../../src/lib/client-address';
import { keyVariables } from './token-keys';

type Variables = Record<string, string | undefined>;

/** A stack keeps the role of its last start until ROLE names another. */
export const roleOf = (env: Variables, { role }: StackFile): Role =>
  (env.ROLE || role) === 'workers' ? 'workers' : 'all';

/** Addresses by which other hosts may reach this one. */
const ownAddresses = () =>
  Object.values(os.networkInterfaces()).flatMap((list = []) =>
    list.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address),
  );

/** Returns what is wrong with HOST for ROLE=workers. */
export function hostFault(host: string | undefined): string | undefined {
  const known = ownAddresses();
  const those = known.length > 0 ? `This host has ${known.join(', ')}.` : 'This host has none but loopback.';
  const want = `Name an address of this host that NGINX reaches. ${those}`;
  if (!host) return `HOST is not set. ${want}`;
  if (isIP(host) === 0) return `HOST is "${host}", which is no address. ${want}`;
  if (['0.0.0.0', '::'].includes(host))
    return `HOST is ${host}, by which no other host finds this one. ${want}`;
  if (['127.0.0.1', '::1'].includes(host)) return `HOST is ${host}, which only this host reaches. ${want}`;
  return isLoopback(host) || known.includes(host)
    ? undefined
    : `HOST is ${host}, which is no address of this host. ${want}`;
}

const localProxy = /^(loopback|127\..*|::1(\/128)?)$/i;

/** NGINX on another host has to be believed about the addresses of clients: otherwise all of them share its limits. */
function proxyFault({ HOST = '', TRUST_PROXY = '', BALANCER_URL = '' }: Variables): string[] {
  const trusted = TRUST_PROXY.split(',').map((one) => one.trim());
  if (isLoopback(HOST) || isIP(HOST) === 0 || trusted.some((one) => one && !localProxy.test(one))) return [];
  const known = BALANCER_URL.split(',')
    .map((url) => (URL.canParse(url.trim()) ? new URL(url.trim()).hostname.replace(/[[\]]/g, '') : ''))
    .filter((host) => isIP(host) > 0);
  const want = known.length > 0 ? `Set TRUST_PROXY=${known.join(',')}.` : 'Set TRUST_PROXY to its address.';
  return [
    `TRUST_PROXY is ${TRUST_PROXY || 'not set'}, so NGINX of another host is not believed about the addresses of clients, and ` +
      `all of them share one limit. ${want}`,
  ];
}

const servers = { MONGO_URL: 'MongoDB', REDIS_URL: 'Redis', AMQP_URL: 'RabbitMQ' };

/** @returns the message if `work` ends with an error for the user */
function messageOfUser(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof UserError) return [error.message];
    throw error;
  }
}

/**
 * Checks what ROLE=workers needs, as the apps would get it.
 *
 * @param dir the stack's folder
 * @param given variables of the apps without those that the stack chooses
 * @returns warnings
 * @throws UserError that names everything that is missing
 */
export function requireForWorkers(dir: string, given: Record<string, string>): string[] {
  const missing = Object.entries(servers).filter(([name]) => !given[name]);
  const faults = [
    ...missing.map(
      ([name, title]) => `${name} is not set. Name the ${title} that all hosts share; none is started here.`,
    ),
    ...[hostFault(given.HOST)].filter((fault) => fault !== undefined),
    ...proxyFault(given),
    ...messageOfUser(() => keyVariables(dir, given, 'workers')),
  ];
  if (faults.length > 0)
    throw new UserError(
      `ROLE=workers cannot start here:\n${faults.map((fault) => `  ${fault}\n`).join('')}` +
        'Keep each with npx taskfleet config set NAME=VALUE; docs/hosts.md shows the whole way.',
    );
  return [
    ...(isLoopback(given.HOST ?? '')
      ? [`HOST is ${given.HOST}: no other host reaches it, so this is for a trial on one machine`]
      : []),
    ...(given.BALANCER_URL
      ? []
      : ['BALANCER_URL is not set: workers cannot have NGINX skip them before they leave (docs/hosts.md)']),
  ];
}

/** Has a stack of workers alone forget the NGINX of an earlier start. @throws UserError if a server of it still runs */
export async function leaveServers(
  { isRunning }: Pick<ReturnType<typeof createPrivateServers>, 'isRunning'>,
  stackFile: ReturnType<typeof createStackFile>,
): Promise<void> {
  const names = ['mongo', 'redis', 'rabbit', 'nginx'] as const;
  const running = await Promise.all(names.map(async (name) => ((await isRunning(name)) ? name : [])));
  if (running.flat().length > 0)
    throw new UserError(
      `ROLE=workers starts no server, and this stack runs some: ${running.flat().join(', ')}. Stop it first: npm stop`,
    );
  const { nginx: _, ...services } = stackFile.read().services ?? {};
  stackFile.update({ services, upstream: undefined });
}
