import { httpAddress } from '../lib/http-address';

export const DEFAULT_BASE_PORT = 4001;
const OFFSET = 1_000;
/** Internal port of a job worker, counted from that of the API worker with the same number. */
const JOB_WORKERS_FROM = 500;
/** Highest INTERNAL_PORT at which all processes still have a port. */
export const HIGHEST_INTERNAL_PORT = 64_000;

/** Returns the default of INTERNAL_PORT. Near the highest port there is room below BASE_PORT only. */
export const internalPortOf = (basePort: number): number =>
  basePort + OFFSET > HIGHEST_INTERNAL_PORT ? basePort - 2 * OFFSET : basePort + OFFSET;

export const apiDoorPort = (internalPort: number, instance: number): number => internalPort + instance;
export const jobDoorPort = (internalPort: number, instance: number): number =>
  internalPort + JOB_WORKERS_FROM + instance;

/** Returns the internal ports of so many processes of each kind, whose API ports begin at `basePort`. */
export const doorsBeside = (basePort: number, processes: number): number[] =>
  Array.from({ length: processes }, (_, instance) =>
    [apiDoorPort, jobDoorPort].map((portOf) => portOf(internalPortOf(basePort), instance)),
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
