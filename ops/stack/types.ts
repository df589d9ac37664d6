import type { createStackFile, Role } from '../../tools/local-servers/stack-file';
import type { Edge } from '../../tools/local-servers/edge';
import type { Balancing, ServerName, Service } from '../../tools/local-servers/types';

/** Runs `work`, which replaces workers, while no other host does. @param env variables of the apps */
export type Turn = <T>(env: Record<string, string>, tell: Tell, work: () => Promise<T>) => Promise<T>;

export interface StackOptions {
  /** The clone's folder. */
  root: string;
  /** The stack's folder: data, logs, secrets and stack.json; nothing of the stack lies outside it. */
  dir: string;
  /** Lowest port of each server, from which the search for a free one begins: mongo, redis, rabbit, rabbitDist, epmd, nginx, metrics, api. */
  basePorts?: Record<string, number>;
  /** Servers that run already, used as they are. Default: MONGO_URL, REDIS_URL and AMQP_URL. */
  urls?: { mongo?: string; redis?: string; rabbit?: string };
  /** Addresses, certificate and proxies of NGINX. Default: this host alone. */
  edge?: Edge;
  /** True to run the apps under the user's own PM2, as `npm start` does, instead of one of the stack. */
  ownPm2?: boolean;
  /** Default: `all`. */
  role?: Role;
  /** Default: the stack does not wait for other hosts. */
  turn?: Turn;
  /** Called with news for the user, such as a port that is taken. */
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
  /** Environment with which the apps were started last. */
  env: Record<string, string>;
  /** The build and configuration that was started last. */
  release?: string;
  pm2Home: string;
}

export interface ServerHandle {
  pid(): Promise<number | undefined>;
  /** Sends a signal (SIGKILL by default) and returns the pid; the supervisor restarts a killed server. */
  kill(signal?: NodeJS.Signals): Promise<number>;
  /** Stops it for good, also when it is frozen. */
  stop(): Promise<void>;
  /** Starts it after stop(), and returns when it answers. */
  start(): Promise<void>;
  waitReady(timeoutMs?: number): Promise<void>;
}

export interface AppProcess {
  name: 'taskfleet-api' | 'taskfleet-worker';
  /** Its name in PM2, which has the prefix of its start. */
  pm2Name: string;
  pid: number;
  /** PM2's id. */
  id: number;
  instance: number;
  /** Port of an API worker; a job worker has none. */
  port?: number;
  /** URL of its internal port. */
  door: string;
  status: string;
  restarts: number;
  /** Restarts soon after a start. */
  crashes: number;
  release?: string;
  /** Its log files, errors first; processes of one name share them. */
  logs?: string[];
}

/** How a long command reports to people: `say` prints a line, `status` names what it waits for. */
export interface Tell {
  say: (text: string) => void;
  status?: (text: string) => void;
}

export interface Stack {
  role: Role;
  stackFile: ReturnType<typeof createStackFile>;
  /** Starts the servers (MongoDB, Redis and RabbitMQ by default); returns when all of them answer. */
  startServers(options?: {
    only?: ServerName[];
    /** How many API workers NGINX must reach at least. */
    apiWorkers?: number;
    /** Default: BALANCING of the environment, or round-robin. */
    balancing?: Balancing;
    /** Called for each server that had to be started, once it answers. */
    onReady?: (name: ServerName) => void;
  }): Promise<StackInfo>;
  /** Starts or reloads the API and the worker; returns when each API worker is ready. */
  startApps(
    options?: {
      apiWorkers?: number;
      env?: Record<string, string>;
      /** A folder with another build than dist. It is tried before serving workers are replaced. */
      build?: string;
    } & Partial<Tell>,
  ): Promise<'started' | 'reloaded' | 'unchanged'>;
  /**
   * Replaces the workers, one after the other, by a build that proved that it boots. If one fails all the same, the build
   * before takes its place again.
   *
   * @throws UserError if the build was refused or taken back
   */
  replaceApps(
    options: {
      build: string;
      apiWorkers: number;
      env?: Record<string, string>;
      limitMs?: number;
      /** True if the build is older than the sources, which then stay unreleased until they change or are reloaded. */
      isRollback?: boolean;
    } & Partial<Tell>,
  ): Promise<string>;
  /** Another number of API workers, without losing a request; returns those that run. */
  scaleUnderLoad(workers: number, say: (text: string) => void): Promise<AppProcess[]>;
  /** Runs `pm2 scale` and has NGINX list exactly these workers. Not for use under load. */
  scaleApi(workers: number): Promise<void>;
  /** Has NGINX list the first `count` of the running workers (all by default); the others idle. */
  listWorkers(count?: number): Promise<void>;
  /**
   * Does nothing if NGINX runs on another host, as `reloadNginx`.
   *
   * @returns warnings
   * @throws UserError if NGINX could not serve with the addresses and the certificate of the environment
   */
  checkNginx(): Promise<string[]>;
  /** Has NGINX take them, also a renewed certificate, without touching the apps. @throws as `checkNginx` */
  reloadNginx(): Promise<void>;
  /** Changes how NGINX balances; NGINX must run. Not for use under load. */
  setBalancing(balancing: Balancing): Promise<void>;
  /**
   * Checks the configuration of the apps and of NGINX, and changes nothing.
   *
   * @returns warnings: values that are allowed and unwise
   * @throws UserError that names all wrong values
   */
  checkConfiguration(options?: {
    apiWorkers?: number;
    env?: Record<string, string>;
    build?: string;
  }): Promise<string[]>;
  /** @throws UserError if apps of another clone, or a daemon of another version, are in the way */
  checkApps(options?: { timeoutMs?: number; prefix?: string }): Promise<void>;
  stopApps(): Promise<void>;
  /** Stops apps and servers and the supervisor; the data stays. */
  stop(): Promise<void>;
  server(name: ServerName): ServerHandle;
  /**
   * Gives a server of the stack another password, while `switchApps` has the apps use the variables that it gets.
   *
   * @throws UserError if the server is not the stack's own
   */
  rotatePassword(name: ServerName, switchApps: (env: Record<string, string>) => Promise<void>): Promise<void>;
  /** Lists the processes of the apps as PM2 sees them. */
  apps(options?: { timeoutMs?: number }): Promise<AppProcess[]>;
  /** Names the migrations that are applied to the database of the apps. @param env variables of the apps */
  appliedMigrations(env: Record<string, string>): Promise<string[]>;
  /** Whether the apps' PM2 has a daemon, without starting one. */
  isPm2Running(): Promise<boolean>;
  /** PM2's command on the apps, e.g. `['reload', 'taskfleet-api']`; returns what it printed. */
  pm2(args: string[], options?: { env?: Record<string, string>; timeoutMs?: number }): Promise<string>;
  info(): StackInfo;
  /** Returns what the stack chooses for variables that `env` lacks, apart from the keys of the tokens. */
  choices(apiWorkers: number, env: Record<string, string>): Record<string, string>;
  /** Returns the environment that startApps() gives the apps; the variables of `env` win. */
  appEnvironment(apiWorkers: number, env: Record<string, string>): Record<string, string>;
}
