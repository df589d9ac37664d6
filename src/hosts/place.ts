import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { digestOf } from '../lib/digest';

/** A container often has no id, and a name of its own. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * Returns an id that differs for two hosts of the same name: by machine, address and, for two stacks on one
 * machine, folder.
 *
 * @param config runDir: folder of the control sockets
 */
export const placeOf = ({ host, runDir }: { host: string; runDir: string }): string =>
  digestOf([machineId(), hostname(), host, runDir].join('\n')).slice(0, 8);
