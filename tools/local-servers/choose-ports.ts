import crypto from 'node:crypto';
import { describeHolder, findFree, isFree } from './ports';
import type { ServerDefinition } from './types';

/** Stacks begin their search for ports at different places, so that two that start at once don't meet. */
export const offsetOf = (dir: string): number =>
  crypto.createHash('sha256').update(dir).digest().readUInt8() % 100;

/**
 * Chooses the ports of the servers of one stack. A server keeps its previous port if that is free.
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
  async function choosePorts(definition: ServerDefinition, taken: Set<number>) {
    const known = remembered();
    const serverRuns = await isRunning(definition.name);
    const chosen: Record<string, number> = {};
    for (const [name, lowest] of Object.entries(definition.ports)) {
      // RabbitMQ's port mapper is a process of its own, with the name of its port. A server that runs has no port
      // yet if a newer version of it asks for one more.
      const held = serverRuns || (await isRunning(name)) ? known[name] : undefined;
      const base = basePorts[name] ?? lowest + offsetOf(dir);
      const port = held ?? (await firstFree(known[name] ?? base, base, definition, taken));
      chosen[name] = port;
      taken.add(port);
    }
    return chosen;
  }

  async function firstFree(
    first: number,
    second: number,
    definition: ServerDefinition,
    taken: Set<number>,
  ): Promise<number> {
    const busy: number[] = [];
    let port: number | undefined;
    for (const candidate of new Set([first, second].filter((number) => !taken.has(number)))) {
      if (await isFree(candidate)) {
        port = candidate;
        break;
      }
      busy.push(candidate);
    }
    port ??= await findFree(first + 1, { taken });
    const [taker] = busy;
    if (taker !== undefined) {
      say(`port ${taker} is taken by ${await describeHolder(taker)}`);
      say(`${definition.title} takes port ${port}`);
    }
    return port;
  }

  return choosePorts;
}
