import type { Edge } from './edge';
import type { Logins } from './logins';

/** The servers of a stack. `nginx` also wants apps behind it. */
export type ServerName = 'mongo' | 'redis' | 'rabbit' | 'nginx';

/** How NGINX spreads requests over the API workers: the values of BALANCING. */
export type Balancing = 'round-robin' | 'least-connections' | 'response-time';

/** API workers that NGINX lists. */
export interface Upstream {
  apiPorts: number[];
  balancing: Balancing;
  /** Place of the internal ports of the apps. Default: that without INTERNAL_HOST and INTERNAL_PORT. */
  doors?: { host: string; offset: number };
  /** CORS_ORIGINS of the apps. */
  corsOrigins?: string;
  /** LIMIT_EXEMPT of the apps. */
  limitExempt?: string;
  /** Addresses, certificate and proxies of NGINX. */
  edge?: Edge;
}

export interface Service {
  url: string;
  name: string;
  version?: string;
  /** Given by its URL: the stack neither starts nor stops it. */
  external?: boolean;
}

/** Programs of a server: full paths. */
export interface FoundServer {
  bin: string;
  /** MongoDB: `mongod` or `secantusdb`. */
  kind?: string;
  /** RabbitMQ's port mapper. */
  epmd?: string;
}

/** Place and addresses of one server of a stack. */
export interface ServerContext<Port extends string = string> extends Partial<Upstream>, Logins {
  root: string;
  /** The server's own folder. */
  dir: string;
  ports: Record<Port, number>;
  found: FoundServer;
}

export interface ServerProcess {
  name: string;
  script: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  killTimeoutMs: number;
  /** Text of its configuration: a change means a restart. */
  config?: string;
  /** Its configuration has changed, and it reads that on SIGHUP. */
  configChanged?: boolean;
}

/** One private server: how to find, start and ask it. */
export interface ServerDefinition<Port extends string = string> {
  name: ServerName;
  title: string;
  /** Name and lowest number of each port. */
  ports: Record<Port, number>;
  /** Names of its programs, by which a process that was left behind is recognised. */
  executables: string[];
  /** Variable that may hold a URL of a server that runs already. */
  urlVariable?: string;
  /** Port of a URL that names none. */
  usualPort?: number;
  /** @throws Error if the server at this URL can't serve */
  checkUrl?(url: string): Promise<string | void>;
  startTimeoutMs?: number;
  find(): FoundServer | undefined;
  version(context: ServerContext<Port>): Promise<string>;
  /** Judges what `prepare` would write, without effect on what runs. @throws UserError */
  check?(context: ServerContext<Port>): void;
  /** Writes its configuration. @returns the processes to run, in their order */
  prepare(context: ServerContext<Port>): ServerProcess[];
  ping(context: ServerContext<Port>): Promise<boolean>;
  /** Has the running server accept the logins of the context and no others. It accepts `login` before. */
  accept?(context: ServerContext<Port>): Promise<void>;
  url(context: ServerContext<Port>): string;
  displayName?(context: ServerContext<Port>): string;
}
