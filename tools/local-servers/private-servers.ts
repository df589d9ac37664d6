'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { explainSilence, lastLines, readFrom } = require('./app-logs');
const { isAlive } = require('./processes');
const { reach } = require('./servers/converse');
const { createPortChoice } = require('./choose-ports');
const { mongo } = require('./servers/mongo');
const { nginx } = require('./servers/nginx');
const { rabbit } = require('./servers/rabbit');
const { redis } = require('./servers/redis');
const { UserError, waitUntil } = require('../command/run-command');
const { readSecret } = require('./secrets');

const keepRoom = path.join(__dirname, 'keep-room.js');

/** @type {Record<string, import('./stack').ServerDefinition>} */
const definitions = { mongo, redis, rabbit, nginx };
const executables = Object.values(definitions).flatMap((definition) => definition.executables);

/**
 * The servers of one stack: which ports they get, how they are started, asked and stopped.
 *
 * @param {{ root: string, dir: string, supervisor: ReturnType<import('./supervisor').createSupervisor>,
 *   stackFile: ReturnType<import('./stack-file').createStackFile>, basePorts: Record<string, number>,
 *   urls: Record<string, string | undefined>, appsHome: string, say: (text: string) => void }} options
 *   appsHome: of the PM2 of the apps
 */
function createPrivateServers({ root, dir, supervisor, stackFile, basePorts, urls, appsHome, say }) {
  const choosePorts = createPortChoice({
    dir,
    basePorts,
    say,
    isRunning: async (name) => Boolean(await supervisor.pid(name)),
    remembered: () => stackFile.read().ports ?? {},
  });

  function locate(definition) {
    const found = definition.find();
    if (!found) throw new UserError(`${definition.title} was not found. \`npm start\` installs it.`);
    return found;
  }

  const contextOf = (definition, more = {}) => ({
    root,
    dir: path.join(dir, definition.name),
    ports: stackFile.read().ports ?? {},
    found: locate(definition),
    ...(definition.urlVariable && { password: readSecret(path.join(dir, `${definition.name}-password`)) }),
    ...more,
  });

  /** @param {string} name @returns {Promise<void>} once the server answers */
  async function waitReady(name, timeoutMs = definitions[name].startTimeoutMs ?? 15_000) {
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

  /** @param {string} name */
  async function describe(name) {
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
  async function describeGiven(definition, url) {
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
   * @param {string[]} names
   * @param {{ upstream?: import('./stack').Upstream, onReady?: (name: string) => void }} [options]
   *   upstream: for NGINX; onReady: told of each server that had to be started
   */
  async function start(names, { upstream, onReady } = {}) {
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
    processes.push({ ...keeper, args: ['--max-old-space-size=16', keepRoom, ...folders], cwd: dir });
    const started = await supervisor.start(processes);
    const tell = (name) => started.includes(name) && onReady?.(name);
    const services = await Promise.all(names.map((name) => settle(name, tell)));
    return stackFile.update({ services: { ...stackFile.read().services, ...Object.fromEntries(services) } });
  }

  async function settle(name, onReady) {
    if (urls[name]) return [name, await describeGiven(definitions[name], urls[name])];
    await waitReady(name);
    onReady(name);
    return [name, await describe(name)];
  }

  /** A handle for tests that stop, freeze and kill. @param {string} name */
  function server(name) {
    if (!definitions[name]) throw new Error(`no server is called ${name}`);
    if (urls[name]) throw new Error(`${name} is not a private server here: it came by its URL`);
    const pid = () => supervisor.pid(name);
    return {
      pid,
      waitReady: (timeoutMs) => waitReady(name, timeoutMs),
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

/** @param {string[]} names @returns {string[]} those that are neither installed nor given by a URL */
const findMissing = (names, urls = {}) => names.filter((name) => !urls[name] && !definitions[name].find());

module.exports = { createPrivateServers, executables, findMissing };
