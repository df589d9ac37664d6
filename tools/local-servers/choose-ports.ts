// @ts-nocheck
import crypto from 'node:crypto';
import { describeHolder, findFree, isFree } from './ports';
import { ServerDefinition } from './types';

/** Stacks begin their search for ports at different places, so that two that start at once don't meet. */
const offsetOf = (dir: crypto.BinaryLike) => crypto.createHash('sha256').update(dir).digest()[0] % 100;

/**
 * Which ports the servers of one stack get: those that they had, wherever they are free, so that no address moves.
 *
 * @param options isRunning: whether a process of this stack has this name
 */
export function createPortChoice({
  dir,
  basePorts,
  say,
  isRunning,
  remembered,
}: {
  dir: string;
  basePorts: Record<string, number>;
  say: (text: string) => void;
  isRunning: (name: string) => Promise<boolean>;
  remembered: () => Record<string, number>;
}) {
  /** @param taken by others of this stack */
  async function choosePorts(definition: import('./types').ServerDefinition, taken: Set<number>) {
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

  async function firstFree(wanted: any[], definition: ServerDefinition, taken: Set<number>) {
    const busy = [];
    let port;
    for (const candidate of new Set(wanted.filter((number: any) => !taken.has(number)))) {
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
