'use strict';

const { apiName } = require('./app-names');
const { controlOf } = require('./control');
const { UserError } = require('../command/run-command');

/** Longer than a worker takes to drain. */
const drainMs = 30_000;

/**
 * Changes the number of API workers under load without losing a request: `pm2 scale` alone ends workers that
 * NGINX still sends requests to.
 *
 * @param {{ root: string, apps: ReturnType<import('./apps').createApps>,
 *   stackFile: ReturnType<import('./stack-file').createStackFile>,
 *   listPorts: (changes: { apiPorts: number[] }) => Promise<void> }} parts
 */
function createScale({ root, apps, stackFile, listPorts }) {
  const workers = async () => (await apps.list()).filter(({ name }) => name === apiName);

  /** Until it refuses connections, so that NGINX asks the others, and nothing is under way in it. */
  async function drain(process_) {
    const { askProcess, listSockets, folder } = controlOf(root, stackFile.read().env);
    const socket = listSockets(folder).find(({ pid }) => pid === process_.pid);
    if (!socket)
      throw new UserError(`API worker ${process_.instance} can't be told to drain: npm run reload`);
    await askProcess(socket, 'POST', '/drain', { timeoutMs: drainMs });
  }

  /** NGINX lists more ports than there are workers; more than those it has to be told of. */
  async function listMissing() {
    const { services, upstream } = stackFile.read();
    const ports = (await workers()).map(({ port }) => port);
    const missing = ports.filter((port) => !upstream?.apiPorts.includes(port));
    if (!services?.nginx || missing.length === 0) return [];
    await listPorts({ apiPorts: [...upstream.apiPorts, ...missing].sort((a, b) => a - b) });
    return missing;
  }

  /** @param {number} wanted @param {(text: string) => void} say */
  async function scaleUnderLoad(wanted, say) {
    const present = (await workers()).sort((a, b) => a.id - b.id);
    if (present.length === 0) throw new UserError('Nothing is running that could be scaled. Run: npm start');
    if (wanted > present.length) {
      await apps.pm2(['scale', apiName, String(wanted)], { timeoutMs: 60_000 + wanted * 5_000 });
      await apps.waitReady(wanted);
      const listed = await listMissing();
      say(`${wanted - present.length} started`);
      if (listed.length > 0) say(`NGINX was reloaded for ports ${listed.join(', ')}: idle clients reconnect`);
    }
    if (wanted < present.length) {
      // PM2 ends those with the lowest ids.
      const doomed = present.slice(0, present.length - wanted);
      await Promise.all(doomed.map(drain));
      say(`${doomed.map(({ instance }) => `API worker ${instance}`).join(', ')}: drained`);
      await apps.pm2(['scale', apiName, String(wanted)], { timeoutMs: 120_000 });
      await apps.waitReady(wanted);
      const gone = doomed.map(({ id }) => id);
      const wrong = (await workers()).filter(({ id }) => gone.includes(id));
      if (wrong.length > 0)
        throw new UserError('PM2 ended other workers than those that were drained. Run: npm run reload');
    }
    return workers();
  }

  return scaleUnderLoad;
}

module.exports = { createScale };
