import path from 'node:path';

/** Quotes a text for a unit, in which a per cent sign begins a specifier and spaces separate words. */
const quoted = (text: string) => `"${text.replace(/%/g, '%%').replace(/["\\]/g, '\\$&')}"`;

/** Quotes a word of a command, in which `$` begins a variable. */
const word = (text: string) => quoted(text).replace(/\$/g, '$$$$');

/** The PATH without the folders that npm adds for the command that it runs. */
const lastingPath = (process.env.PATH ?? '')
  .split(path.delimiter)
  .filter((entry) => !/[\\/](node_modules[\\/]\.bin|node-gyp-bin)[\\/]?$/.test(entry))
  .join(path.delimiter);

/**
 * Restricts the service and all that it starts (systemd.exec). MemoryDenyWriteExecute is left out, since V8 and Erlang
 * compile as they run, and PrivateTmp, since commands in a shell find the processes by their sockets in /tmp.
 */
const restrictions = `UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
`;

/**
 * Bounds of the service. A process that exceeds the memory is ended alone, and PM2 starts it again; MongoDB asks for
 * many open files.
 */
const bounds = `MemoryMax=80%
OOMPolicy=continue
TasksMax=4096
LimitNOFILE=65536
`;

/** What only the system's own systemd can take away. NGINX, as root, asks for its groups (CAP_SETGID) though they stay. */
const systemRestrictions = (
  writable: string[],
  user: string,
) => `CapabilityBoundingSet=CAP_NET_BIND_SERVICE${user === 'root' ? ' CAP_SETGID' : ''}
${user === 'root' ? '' : '# For the ports 80 and 443 of LISTEN.\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n'}ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${writable.map((folder) => quoted(`-${folder}`)).join(' ')}
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
KeyringMode=private
`;

export interface UnitOptions {
  root: string;
  /** DATA_DIR. */
  dir: string;
  pm2Home: string;
  /** Folder of sockets: they are made there if the path of the clone is too long for one. */
  temporary: string;
  /** User of the service; unset in a unit of a user's own systemd. */
  user?: string;
  /** File that TASKFLEET_CONFIG names, if it does. */
  config?: string;
}

/** @returns the user and the environment of a service */
export const settingOf = ({ root, dir, pm2Home, user, config }: UnitOptions) =>
  `${user ? `User=${user}\n` : ''}WorkingDirectory=${root.replace(/%/g, '%%')}
Environment=${quoted(`PM2_HOME=${pm2Home}`)}
Environment=${quoted(`PATH=${lastingPath}`)}
Environment=${quoted(`DATA_DIR=${dir}`)}
${config ? `Environment=${quoted(`TASKFLEET_CONFIG=${config}`)}\n` : ''}`;

/** @returns what runs a command of taskfleet */
export const commandOf = (root: string, args: string) =>
  `${word(process.execPath)} ${word(path.join(root, 'scripts', 'bootstrap.js'))} ${args}`;

export const restrictionsOf = ({ dir, pm2Home, temporary, user }: UnitOptions) =>
  `${restrictions}${user ? systemRestrictions([dir, pm2Home, temporary], user) : ''}`;

/** @returns a unit that supervises the stack; the service can change its data, and neither code nor configuration */
export const unitOf = (options: UnitOptions) => `# Written by npx taskfleet install-service.
[Unit]
Description=taskfleet: API workers and job worker under PM2, NGINX, and their servers
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=simple
${settingOf(options)}ExecStart=${commandOf(options.root, 'supervise')}
# Ended by npm stop it exits with 0 and stays ended; whatever else ends it is a failure.
Restart=on-failure
RestartSec=2
# SIGTERM goes to the supervisor alone, which stops the rest in order; and if it dies, the rest serves on.
KillMode=process
TimeoutStopSec=150

${bounds}
${restrictionsOf(options)}
[Install]
WantedBy=${options.user ? 'multi-user.target' : 'default.target'}
`;
