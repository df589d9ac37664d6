import fs from 'node:fs';
import path from 'node:path';
import { typescript } from '../command/typescript';
import { explainSilence, lastLines, readFrom } from './app-logs';
import { logLimits } from './log-limits';
import { parseListen } from '../../src/config/listen';
import { messageOf } from '../../src/lib/error-code';
import { isAlive } from '../../src/lib/is-alive';
import { reach } from './servers/converse';
import { createPortChoice } from './choose-ports';
import { mongo } from './servers/mongo';
import { nginx } from './servers/nginx';
import { rabbit } from './servers/rabbit';
import { redis } from './servers/redis';
import { UserError, waitUntil } from '../command/run-command';
import { ensureNext, nobody, readLogins, useNext } from './logins';
import type { createStackFile } from './stack-file';
import type { Supervisor } from './supervisor';
import type { ServerDefinition, ServerName, ServerProcess, Service, Upstream } from './types';

const keepRoom = path.join(__dirname, 'keep-room.ts');

const definitions: Record<ServerName, ServerDefinition> = { mongo, redis, rabbit, nginx };
export const executables = Object.values(definitions).flatMap((definition) => definition.executables);

/**
 * Starts, asks and stops the servers of one stack.
 *
 * @param options urls: servers that run already; appsHome: home of the PM2 of the apps
 */
export function createPrivateServers({
  root,
  dir,
  supervisor,
  stackFile,
  basePorts,
  urls,
  appsHome,
  say,
}: {
  root: string;
  dir: string;
  supervisor: Supervisor;
  stackFile: ReturnType<typeof createStackFile>;
  basePorts: Record<string, number>;
  urls: Partial<Record<ServerName, string>>;
  appsHome: string;
  say: (text: string) => void;
}) {
  const choosePorts = createPortChoice({
    dir,
    basePorts,
    say,
    isRunning: async (name) => Boolean(await supervisor.pid(name)),
    remembered: () => stackFile.read().ports ?? {},
  });

  function locate(definition: ServerDefinition) {
    const found = definition.find();
    if (!found) throw new UserError(`${definition.title} was not found. \`npm start\` installs it.`);
    return found;
  }

  const passwordFile = (name: ServerName) => path.join(dir, `${name}-password`);

  const contextOf = (definition: ServerDefinition, more: Partial<Upstream> = {}) => ({
    root,
    dir: path.join(dir, definition.name),
    ports: stackFile.read().ports ?? {},
    found: locate(definition),
    ...(definition.urlVariable ? readLogins(passwordFile(definition.name)) : nobody),
    ...more,
  });

  /** @returns once the server answers @throws UserError with the last line of its log if it does not */
  async function waitReady(
    name: ServerName,
    timeoutMs = definitions[name].startTimeoutMs ?? 15_000,
  ): Promise<void> {
    const context = contextOf(definitions[name]);
    const log = path.join(supervisor.logs, `${name}.log`);
    const what = `${definitions[name].title} didn't answer (see ${log})`;
    await waitUntil(() => definitions[name].ping(context), { timeoutMs, what }).catch((error: unknown) => {
      const said = lastLines(readFrom(log)).split('\n').at(-1);
      throw new UserError(
        `${messageOf(error)}; ${said ? `its last line: ${said}` : explainSilence(supervisor.home, name)}`,
      );
    });
  }

  async function describe(name: ServerName): Promise<Service> {
    const definition = definitions[name];
    const context = contextOf(definition);
    const version = await definition.version(context);
    return {
      url: definition.url(context),
      name: definition.displayName?.(context) ?? definition.title,
      version,
    };
  }

  /** Checks that a server given by its URL can be reached. */
  async function describeGiven(definition: ServerDefinition, url: string): Promise<Service> {
    try {
      if (definition.checkUrl) {
        const warning = await definition.checkUrl(url);
        if (warning) say(`! ${definition.title}: ${warning}`);
      } else {
        const { hostname, port } = new URL(url);
        await reach(hostname, Number(port) || (definition.usualPort ?? 0));
      }
    } catch (error) {
      throw new UserError(
        `${definition.urlVariable} names a ${definition.title} that can't be used: ${messageOf(error)}`,
      );
    }
    return { url, name: definition.title, external: true };
  }

  /**
   * Starts the named servers and returns when all of them answer.
   *
   * @param options upstream: for NGINX; onReady: called for each server that had to be started
   */
  async function start(
    names: ServerName[],
    { upstream, onReady }: { upstream?: Upstream; onReady?: (name: ServerName) => void } = {},
  ) {
    const taken = new Set(Object.values(stackFile.read().ports ?? {}));
    // NGINX will open the ports of LISTEN only later.
    const reserved = (parseListen(process.env.LISTEN ?? '', true) ?? []).map(({ port }) => port);
    const processes: ServerProcess[] = [];
    for (const name of names.filter((candidate) => !urls[candidate])) {
      const definition = definitions[name];
      const remembered = stackFile.read().ports ?? {};
      for (const port of Object.keys(definition.ports)) taken.delete(remembered[port] ?? 0);
      const ports = await choosePorts(
        definition,
        name === 'nginx' ? taken : new Set([...taken, ...reserved]),
      );
      Object.values(ports).forEach((port) => taken.add(port));
      stackFile.update({ ports: { ...remembered, ...ports } });
      const context = contextOf(definition, upstream);
      fs.mkdirSync(context.dir, { recursive: true, mode: 0o700 });
      for (const process_ of definition.prepare(context)) processes.push({ cwd: context.dir, ...process_ });
    }
    const keeper = { name: 'keep-room', script: process.execPath, killTimeoutMs: 2_000 };
    const { most, keep } = logLimits();
    const folders = [dir, supervisor.home, appsHome, String(most), String(keep)];
    processes.push({
      ...keeper,
      args: ['--max-old-space-size=16', ...typescript, keepRoom, ...folders],
      cwd: dir,
    });
    const started = await supervisor.start(processes);
    const services = await Promise.all(
      names.map(async (name): Promise<[ServerName, Service]> => [
        name,
        await settle(name, started.includes(name) ? onReady : undefined),
      ]),
    );
    return stackFile.update({
      services: { ...stackFile.read().services, ...Object.fromEntries<Service>(services) },
    });
  }

  async function settle(name: ServerName, onReady?: (name: ServerName) => void): Promise<Service> {
    const url = urls[name];
    if (url) return describeGiven(definitions[name], url);
    await waitReady(name);
    onReady?.(name);
    return describe(name);
  }

  /** Handle for tests that stop, freeze and kill a server. */
  function server(name: ServerName) {
    if (!definitions[name]) throw new Error(`no server is called ${name}`);
    if (urls[name]) throw new Error(`${name} is not a private server here: it came by its URL`);
    const pid = () => supervisor.pid(name);
    return {
      pid,
      waitReady: (timeoutMs?: number) => waitReady(name, timeoutMs),
      async kill(signal: NodeJS.Signals = 'SIGKILL') {
        const running = await pid();
        if (!running) throw new Error(`${name} is not running`);
        process.kill(running, signal);
        return running;
      },
      async stop() {
        const running = await pid();
        // A frozen process can't end when it is asked to.
        if (running) process.kill(running, 'SIGCONT');
        await supervisor.pm2.pm2(['stop', name]);
        const gone = () => !running || !isAlive(running);
        await waitUntil(gone, { timeoutMs: 30_000, what: `${name} doesn't end` });
      },
      async start() {
        if (!(await pid())) await supervisor.pm2.pm2(['start', name]);
        await waitReady(name);
      },
    };
  }

  /** Writes the files of a server for its logins as they are now, and has the server accept exactly these. */
  async function applyLogins(name: ServerName) {
    await start([name]);
    await definitions[name].accept?.(contextOf(definitions[name]));
  }

  /**
   * Gives a server another password while it runs: it accepts both until `switchApps` has had the apps use the new one.
   * After an interruption the same call goes on.
   *
   * @throws UserError if the server is not the stack's own
   */
  async function rotatePassword(
    name: ServerName,
    switchApps: (env: Record<string, string>) => Promise<void>,
  ) {
    const definition = definitions[name];
    const { title, urlVariable = '' } = definition;
    if (urls[name] || stackFile.read().services?.[name]?.external)
      throw new UserError(
        `${title} is not the stack's own: change its password there, then run ${urlVariable}=… npx taskfleet reload`,
      );
    const file = passwordFile(name);
    ensureNext(file);
    await applyLogins(name);
    const { nextLogin: login = nobody.login } = readLogins(file);
    await switchApps({ [urlVariable]: definition.url({ ...contextOf(definition), login }) });
    useNext(file);
    await applyLogins(name);
  }

  return {
    start,
    server,
    /** @param more for NGINX @throws UserError if the server would refuse its configuration */
    check: (name: ServerName, more: Partial<Upstream>) =>
      definitions[name].check?.(contextOf(definitions[name], more)),
    rotatePassword,
    isRunning: async (name: ServerName) => Boolean(await supervisor.pid(name)),
  };
}

/** @returns the servers that are neither installed nor given by a URL */
export const findMissing = (names: ServerName[], urls: Partial<Record<ServerName, string>> = {}) =>
  names.filter((name) => !urls[name] && !definitions[name].find());
