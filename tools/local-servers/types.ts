/** The servers of a stack. `nginx` also wants apps behind it. */
export type ServerName = 'mongo' | 'redis' | 'rabbit' | 'nginx';

/** How NGINX spreads requests over the API workers: the values of BALANCING. */
export type Balancing = 'round-robin' | 'least-connections' | 'response-time';

/** What NGINX is told of the API workers. */
export interface Upstream {
  apiPorts: number[];
  balancing: Balancing;
  /** CORS_ORIGINS of the apps. */
  corsOrigins?: string;
}

export interface Service {
  url: string;
  name: string;
  version?: string;
  /** It came by its URL: the stack neither starts nor stops it. */
  external?: boolean;
}

/** What a server's definition is told. */
export interface ServerContext extends Partial<Upstream> {
  root: string;
  /** The server's own folder. */
  dir: string;
  ports: Record<string, number>;
  /** What find() returned. */
  found: Record<string, string>;
  /** The server's password, if it has one: hexadecimal, made once and kept in the stack's folder as `NAME-password`. */
  password?: string;
}

export interface ServerProcess {
  name: string;
  script: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  killTimeoutMs: number;
  /** Its configuration: another one means a restart. */
  config?: string;
  /** Its configuration is another one, which it reads on SIGHUP. */
  configChanged?: boolean;
}

/** One private server: where it is, how it is started and asked. */
export interface ServerDefinition {
  name: ServerName;
  title: string;
  /** Name and lowest number of each port. */
  ports: Record<string, number>;
  /** Names of its programs, by which a process that was left behind is recognised. */
  executables: string[];
  /** Where a URL for it is looked for in the environment. */
  urlVariable?: string;
  /** Of a URL that names none. */
  usualPort?: number;
  /** Fails where a server given by its URL can't serve. */
  checkUrl?(url: string): Promise<void>;
  startTimeoutMs?: number;
  find(): Record<string, string> | undefined;
  version(context: ServerContext): Promise<string>;
  /** Writes its configuration and says what to run. */
  prepare(context: ServerContext): ServerProcess[];
  ping(context: ServerContext): Promise<boolean>;
  url(context: ServerContext): string;
  displayName?(context: ServerContext): string;
}
