'use strict';

const crypto = require('node:crypto');
const { describeHolder, findFree, isFree } = require('./ports');

/** Stacks begin their search for ports at different places, so that two that start at once don't meet. */
const offsetOf = (dir) => crypto.createHash('sha256').update(dir).digest()[0] % 100;

/**
 * Which ports the servers of one stack get: those that they had, wherever they are free, so that no address moves.
 *
 * @param {{ dir: string, basePorts: Record<string, number>, say: (text: string) => void,
 *   isRunning: (name: string) => Promise<boolean>, remembered: () => Record<string, number> }} options
 *   isRunning: whether a process of this stack has this name
 */
function createPortChoice({ dir, basePorts, say, isRunning, remembered }) {
  /** @param {import('./stack').ServerDefinition} definition @param {Set<number>} taken by others of this stack */
  async function choosePorts(definition, taken) {
    const known = remembered();
    const serverRuns = await isRunning(definition.name);
    const chosen = {};
    for (const [name, lowest] of Object.entries(definition.ports)) {
      // RabbitMQ's port mapper is a process of its own, with the name of its port. A server that runs has no port
      // yet where a newer version asks for one.
      const isHeld = known[name] && (serverRuns || (await isRunning(name)));
      const base = basePorts[name] ?? lowest + offsetOf(dir);
      chosen[name] = isHeld ? known[name] : await firstFree([known[name] ?? base, base], definition, taken);
      taken.add(chosen[name]);
    }
    return chosen;
  }

  async function firstFree(wanted, definition, taken) {
    const busy = [];
    let port;
    for (const candidate of new Set(wanted.filter((number) => !taken.has(number)))) {
      if (await isFree(candidate)) {
        port = candidate;
        break;
      }
      busy.push(candidate);
    }
    port ??= await findFree(wanted[0] + 1, { taken });
    if (busy.length > 0) {
      say(`port ${busy[0]} is taken by ${await describeHolder(busy[0])}`);
      say(`${definition.title} takes port ${port}`);
    }
    return port;
  }

  return choosePorts;
}

module.exports = { createPortChoice };
