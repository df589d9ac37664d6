import { httpAddress } from '../lib/http-address';

export const DEFAULT_BASE_PORT = 4001;
const OFFSET = 1_000;
/** Internal port of a job worker, counted from that of the API worker with the same number. */
const JOB_WORKERS_FROM = 500;
/** Highest number of a process of either kind. */
export const HIGHEST_NUMBER = 499;
/** Highest INTERNAL_PORT at which all processes still have a port. */
export const HIGHEST_INTERNAL_PORT = 64_000;

/** Returns the default of INTERNAL_PORT. Near the highest port there is room below BASE_PORT only. */
export const internalPortOf = (basePort: number): number =>
  basePort + OFFSET > HIGHEST_INTERNAL_PORT ? basePort - 2 * OFFSET : basePort + OFFSET;

export const apiDoorPort = (internalPort: number, instance: number): number => internalPort + instance;
export const jobDoorPort = (internalPort: number, instance: number): number =>
  internalPort + JOB_WORKERS_FROM + instance;

/**
 * Clients must not reach an internal port, at whatever number: PM2 counts on after a process ended.
 * @returns what is wrong, if a process may have its internal port where another has its API port
 */
export function overlapOf(basePort: number, internalPort: number): string | undefined {
  const [lastApi, lastDoor] = [basePort + HIGHEST_NUMBER, jobDoorPort(internalPort, HIGHEST_NUMBER)];
  return basePort <= lastDoor && internalPort <= lastApi
    ? `INTERNAL_PORT is ${internalPort}: internal ports (${internalPort} to ${lastDoor}) may be ports of the API ` +
        `(BASE_PORT: ${basePort} to ${lastApi}), which clients reach; choose another. Unset, it fits.`
    : undefined;
}

/** Returns the internal ports of so many processes of each kind, from INTERNAL_PORT on. */
export const doorPortsFrom = (internalPort: number, processes: number): number[] =>
  Array.from({ length: processes }, (_, instance) =>
    [apiDoorPort, jobDoorPort].map((portOf) => portOf(internalPort, instance)),
  ).flat();

/** Address at which this host reaches the internal ports of its processes. */
interface Doors {
  /** Address or name, with brackets around an IPv6 address as in a URL. */
  host: string;
  /** Value of INTERNAL_PORT. */
  port: number;
}

interface DoorVariables {
  INTERNAL_HOST?: string;
  INTERNAL_PORT?: string;
  BASE_PORT?: string;
}

/** @param env variables of the processes */
export function doorsOf({ INTERNAL_HOST: host, INTERNAL_PORT, BASE_PORT }: DoorVariables): Doors {
  const port = Number(INTERNAL_PORT) || internalPortOf(Number(BASE_PORT) || DEFAULT_BASE_PORT);
  return { host: new URL(httpAddress(host, port)).hostname, port };
}
