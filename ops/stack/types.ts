import type { createStackFile } from '../../tools/local-servers/stack-file';
import type { Balancing, ServerName, Service } from '../../tools/local-servers/types';

export interface StackOptions {
  /** The clone's folder. */
  root: string;
  /** The stack's folder: data, logs, secrets and stack.json; nothing of the stack lies outside it. */
  dir: string;
  /** Where the search for a free port begins: mongo, redis, rabbit, rabbitDist, epmd, nginx, metrics, api. */
  basePorts?: Record<string, number>;
  /** Servers that run already, used as they are. Default: MONGO_URL, REDIS_URL and AMQP_URL. */
  urls?: { mongo?: string; redis?: string; rabbit?: string };
  /** Run the apps under the person's own PM2 (`npm start` does) instead of one of the stack's. */
  ownPm2?: boolean;
  /** Told what a person should know, such as a port that is taken. */
  say?: (text: string) => void;
}

export interface StackInfo {
  dir: string;
  /** NGINX's address, once it runs. */
  url?: string;
  ports: Record<string, number>;
  services: Partial<Record<ServerName, Service>>;
  /** Their names and versions, for people. */
  servers: string[];
  /** What the apps were told last. */
  env: Record<string, string>;
  /** The build and configuration that was started last. */
  release?: string;
  pm2Home: string;
}

export interface ServerHandle {
  pid(): Promise<number | undefined>;
  /** Sends a signal (SIGKILL by default) and tells the pid; the supervisor brings a killed server back. */
  kill(signal?: NodeJS.Signals): Promise<number>;
  /** Stops it for good, also when it is frozen. */
  stop(): Promise<void>;
  /** Starts it after stop(), and returns when it answers. */
  start(): Promise<void>;
  waitReady(timeoutMs?: number): Promise<void>;
}

export interface AppProcess {
  name: 'taskfleet-api' | 'taskfleet-worker';
  pid: number;
  /** PM2's id. */
  id: number;
  instance: number;
  /** Of an API worker. */
  port?: number;
  status: string;
  restarts: number;
  /** Restarts soon after a start. */
  crashes: number;
  release?: string;
  /** What it prints, which it shares with others of its name: errors first. */
  logs?: string[];
}

export interface Stack {
  stackFile: ReturnType<typeof createStackFile>;
  /** Starts the servers (MongoDB, Redis and RabbitMQ by default); returns when all of them answer. */
  startServers(options?: {
    only?: ServerName[];
    /** How many API workers NGINX must reach at least. */
    apiWorkers?: number;
    /** Default: BALANCING of the environment, or round-robin. */
    balancing?: Balancing;
    /** Told of each server that had to be started, once it answers. */
    onReady?: (name: ServerName) => void;
  }): Promise<StackInfo>;
  /** Starts or reloads the API and the worker; returns when each API worker is ready. */
  startApps(options?: {
    apiWorkers?: number;
    env?: Record<string, string>;
    /** A folder with another build than dist; where workers serve it is tried before they are replaced. */
    build?: string;
    say?: (text: string) => void;
    /** Told what is waited for. */
    status?: (text: string) => void;
  }): Promise<'started' | 'reloaded' | 'unchanged'>;
  /**
   * Replaces the workers, one after the other, by a build that proved that it boots; where one fails all the same,
   * by the build before.
   * @throws UserError where it was refused or taken back
   */
  replaceApps(options: {
    build: string;
    apiWorkers: number;
    env?: Record<string, string>;
    limitMs?: number;
    say?: (text: string) => void;
    /** Told what is waited for. */
    status?: (text: string) => void;
  }): Promise<string>;
  /** Another number of API workers, without losing a request; returns those that run. */
  scaleUnderLoad(workers: number, say: (text: string) => void): Promise<AppProcess[]>;
  /** `pm2 scale`, and NGINX told to list exactly these workers. Not for use under load. */
  scaleApi(workers: number): Promise<void>;
  /** NGINX told to list the first so many of the workers that run (all by default); the others idle. */
  listWorkers(count?: number): Promise<void>;
  /** Has NGINX, which runs, spread requests otherwise over the workers it lists. Not for use under load. */
  setBalancing(balancing: Balancing): Promise<void>;
  /**
   * Fails where the apps or NGINX would be told something wrong, and names all of it; touches nothing. Tells what is
   * allowed and unwise.
   */
  checkConfiguration(options?: {
    apiWorkers?: number;
    env?: Record<string, string>;
    build?: string;
  }): Promise<string[]>;
  /** Fails where another clone's apps, or a daemon of another version, are in the way. */
  checkApps(options?: { timeoutMs?: number }): Promise<void>;
  stopApps(): Promise<void>;
  /** Stops apps and servers and the supervisor; the data stays. */
  stop(): Promise<void>;
  server(name: ServerName): ServerHandle;
  /** The apps' processes as PM2 sees them. */
  apps(options?: { timeoutMs?: number }): Promise<AppProcess[]>;
  /** Whether the apps' PM2 has a daemon, without starting one. */
  isPm2Running(): Promise<boolean>;
  /** PM2's command on the apps, e.g. `['reload', 'taskfleet-api']`; returns what it printed. */
  pm2(args: string[], options?: { env?: Record<string, string>; timeoutMs?: number }): Promise<string>;
  info(): StackInfo;
  /** What startApps() tells the apps, unless its caller says otherwise. */
  appEnvironment(apiWorkers: number, env: Record<string, string>): Record<string, string>;
}
