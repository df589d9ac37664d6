// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { typescript } from '../command/typescript';
import { explainSilence, lastLines, readFrom } from './app-logs';
import { isAlive } from '../command/processes';
import { reach } from './servers/converse';
import { createPortChoice } from './choose-ports';
import { mongo } from './servers/mongo';
import { nginx } from './servers/nginx';
import { rabbit } from './servers/rabbit';
import { redis } from './servers/redis';
import { UserError, waitUntil } from '../command/run-command';
import { readSecret } from './secrets';
import { ServerDefinition } from './types';
import { ServerDefinition } from './types';

const keepRoom = path.join(__dirname, 'keep-room.ts');

const definitions: Record<string, import('./types').ServerDefinition> = { mongo, redis, rabbit, nginx };
export const executables = Object.values(definitions).flatMap((definition) => definition.executables);

/**
 * The servers of one stack: which ports they get, how they are started, asked and stopped.
 *
 * @param options appsHome: of the PM2 of the apps
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
  supervisor: ReturnType<import('./supervisor').createSupervisor>;
  stackFile: ReturnType<import('./stack-file').createStackFile>;
  basePorts: Record<string, number>;
  urls: Record<string, string | undefined>;
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

  function locate(definition: { find: () => any; title: any }) {
    const found = definition.find();
    if (!found) throw new UserError(`${definition.title} was not found. \`npm start\` installs it.`);
    return found;
  }

  const contextOf = (definition: ServerDefinition | undefined, more = {}) => ({
    root,
    dir: path.join(dir, definition.name),
    ports: stackFile.read().ports ?? {},
    found: locate(definition),
    ...(definition.urlVariable && { password: readSecret(path.join(dir, `${definition.name}-password`)) }),
    ...more,
  });

  /** @returns once the server answers */
  async function waitReady(
    name: string,
    timeoutMs = definitions[name].startTimeoutMs ?? 15_000,
  ): Promise<void> {
    const context = contextOf(definitions[name]);
    const log = path.join(supervisor.logs, `${name}.log`);
    const what = `${definitions[name].title} didn't answer (see ${log})`;
    await waitUntil(() => definitions[name].ping(context), { timeoutMs, what }).catch((error) => {
      const said = lastLines(readFrom(log)).split('\n').at(-1);
      throw new UserError(
        `${error.message}; ${said ? `its last line: ${said}` : explainSilence(supervisor.home, name)}`,
      );
    });
  }

  async function describe(name: string) {
    const definition = definitions[name];
    const context = contextOf(definition);
    const version = await definition.version(context);
    return {
      url: definition.url(context),
      name: definition.displayName?.(context) ?? definition.title,
      version,
    };
  }

  /** A server that came by its URL: it must be reachable, and that is all that is done to it. */
  async function describeGiven(
    definition: ServerDefinition | undefined,
    url: string | { toString: () => string },
  ) {
    try {
      if (definition.checkUrl) {
        await definition.checkUrl(url);
      } else {
        const { hostname, port } = new URL(url);
        await reach(hostname, Number(port) || definition.usualPort);
      }
    } catch (error) {
      throw new UserError(
        `${definition.urlVariable} names a ${definition.title} that can't be used: ${error.message}`,
      );
    }
    return { url, name: definition.title, external: true };
  }

  /**
   * Starts the named servers and returns when all of them answer.
   *
   * @param options upstream: for NGINX; onReady: told of each server that had to be started
   */
  async function start(
    names: string[],
    { upstream, onReady }: { upstream?: import('./types').Upstream; onReady?: (name: string) => void } = {},
  ) {
    const taken = new Set(Object.values(stackFile.read().ports ?? {}));
    const processes = [];
    for (const name of names.filter((candidate) => !urls[candidate])) {
      const definition = definitions[name];
      const remembered = stackFile.read().ports ?? {};
      Object.keys(definition.ports).forEach((port) => taken.delete(remembered[port]));
      const ports = await choosePorts(definition, taken);
      stackFile.update({ ports: { ...remembered, ...ports } });
      const context = contextOf(definition, upstream);
      fs.mkdirSync(context.dir, { recursive: true, mode: 0o700 });
      for (const process_ of definition.prepare(context)) processes.push({ cwd: context.dir, ...process_ });
    }
    const keeper = { name: 'keep-room', script: process.execPath, killTimeoutMs: 2_000 };
    const folders = [dir, supervisor.home, appsHome];
    processes.push({
      ...keeper,
      args: ['--max-old-space-size=16', ...typescript, keepRoom, ...folders],
      cwd: dir,
    });
    const started = await supervisor.start(processes);
    const tell = (name: string) => started.includes(name) && onReady?.(name);
    const services = await Promise.all(names.map((name) => settle(name, tell)));
    return stackFile.update({ services: { ...stackFile.read().services, ...Object.fromEntries(services) } });
  }

  async function settle(name: string, onReady: { (name: any): any; (arg0: any): void }) {
    if (urls[name]) return [name, await describeGiven(definitions[name], urls[name])];
    await waitReady(name);
    onReady(name);
    return [name, await describe(name)];
  }

  /** A handle for tests that stop, freeze and kill. */
  function server(name: string) {
    if (!definitions[name]) throw new Error(`no server is called ${name}`);
    if (urls[name]) throw new Error(`${name} is not a private server here: it came by its URL`);
    const pid = () => supervisor.pid(name);
    return {
      pid,
      waitReady: (timeoutMs: number | undefined) => waitReady(name, timeoutMs),
      async kill(signal = 'SIGKILL') {
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

  return { start, server };
}

/** @returns those that are neither installed nor given by a URL */
export const findMissing = (names: string[], urls = {}): string[] =>
  names.filter((name) => !urls[name] && !definitions[name].find());
