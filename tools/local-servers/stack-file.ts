import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from '../../src/lib/error-code';
import { replaceFile } from '../../src/lib/replace-file';
import type { ServerName, Service, Upstream } from './types';

/** What `npm start` runs on this host: `workers` leaves out all servers, which other hosts have. */
export type Role = 'all' | 'workers';

/** Build and configuration of the apps. */
interface Start {
  env?: Record<string, string>;
  release?: string;
}

/** Content of stack.json. Every field is missing until a command has written it. */
export interface StackFile extends Start {
  role?: Role;
  /** Address of NGINX. */
  url?: string;
  ports?: Record<string, number>;
  services?: Partial<Record<ServerName, Service>>;
  upstream?: Upstream;
  /** The start before the one that is being rolled out, and the id of its kept build. */
  unproven?: Start & { build?: string; isHeld?: boolean };
  /** Pids of API workers that `scale` drains in order to end them. */
  leaving?: number[];
  admin?: { email: string; passwordFile: string };
  supervisor?: { home: string };
  /** Bounds of the number of API workers between which the supervisor scales; without them it does not. */
  autoscale?: { least: number; most: number };
  /** True from `taskfleet scale N` until `taskfleet scale auto`. */
  isAutoscalePaused?: boolean;
  /** PM2 of the apps; `startedDaemon` is the pid of its daemon if this stack started it. */
  pm2?: { home: string; startedDaemon?: number };
}

/**
 * Reads and writes stack.json: what runs at which address, for people and scripts. It holds URLs with passwords, so
 * its mode is 600.
 *
 * @param dir the stack's folder
 */
export function createStackFile(dir: string) {
  const file = path.join(dir, 'stack.json');

  /** @returns empty if there is none, or a broken one */
  function read(): StackFile {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8')) as StackFile;
    } catch (error) {
      if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return {};
      throw error;
    }
  }

  /** @param changes merged at the top level */
  function update(changes: StackFile): StackFile {
    const next = { ...read(), ...changes };
    replaceFile(file, `${JSON.stringify(next, null, 2)}\n`);
    return next;
  }

  return { file, read, update };
}
