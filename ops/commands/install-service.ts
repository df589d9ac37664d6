import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { flag } from '../../src/command-line/arguments';
import { root } from '../local/local-stack';
import { runCommand, UserError } from '../../tools/command/run-command';
import { runMain } from '../../tools/command/run-main';

const unitName = 'taskfleet.service';

const command = {
  call: 'npx taskfleet install-service',
  about:
    'Writes a unit of systemd that runs npx taskfleet supervise at each boot, and prints the commands that enable it.',
  options: { print: flag('prints the unit and writes nothing') },
};

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

/** What only the system's own systemd can take away. NGINX, as root, asks for its groups (CAP_SETGID) though they stay. */
const systemRestrictions = (writable: string[]) => `CapabilityBoundingSet=CAP_SETGID
ProtectSystem=strict
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

const home = process.env.PM2_HOME || path.join(os.homedir(), '.pm2');

function unitOf({ isRoot }: { isRoot: boolean }) {
  const { username } = os.userInfo();
  return `# Made by npm run install-service.
[Unit]
Description=taskfleet: API workers and job worker under PM2, NGINX, and their servers
After=network-online.target
Wants=network-online.target

[Service]
Type=simple
${isRoot ? `User=${username}\n` : ''}WorkingDirectory=${root.replace(/%/g, '%%')}
Environment=${quoted(`PM2_HOME=${home}`)}
Environment=${quoted(`PATH=${lastingPath}`)}
ExecStart=${word(process.execPath)} ${word(path.join(root, 'scripts', 'bootstrap.js'))} supervise
# Ended by npm stop it exits with 0 and stays ended; whatever else ends it is a failure.
Restart=on-failure
RestartSec=2
# SIGTERM goes to the supervisor alone, which stops the rest in order; and if it dies, the rest serves on.
KillMode=process
TimeoutStopSec=150

${restrictions}${isRoot ? systemRestrictions([root, home, os.tmpdir()]) : ''}
[Install]
WantedBy=${isRoot ? 'multi-user.target' : 'default.target'}
`;
}

async function install({ print }: { print?: boolean }) {
  const isRoot = process.getuid?.() === 0;
  const unit = unitOf({ isRoot });
  if (print) return void process.stdout.write(unit);
  if (process.platform !== 'linux')
    throw new UserError('Only Linux has systemd. Elsewhere, start `npm run supervise` at boot.');
  const folder = isRoot ? '/etc/systemd/system' : path.join(os.homedir(), '.config', 'systemd', 'user');
  const file = path.join(folder, unitName);
  fs.mkdirSync(folder, { recursive: true });
  // The service may write there, and could not make it.
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, unit);
  const { code, stderr } = await runCommand('systemd-analyze', ['verify', file], { timeoutMs: 60_000 });
  if (code !== 0) throw new UserError(`systemd does not accept ${file}:\n${stderr}`);
  const systemctl = isRoot ? 'systemctl' : 'systemctl --user';
  console.log(`Wrote ${file}, which systemd accepts. These commands start the service now and at each boot:

  ${systemctl} daemon-reload
  ${systemctl} enable --now ${unitName}
${isRoot ? '' : `  loginctl enable-linger ${os.userInfo().username}\n`}
  journalctl ${isRoot ? '' : '--user '}-u ${unitName} -f      # shows its output
`);
}

export const run = (args: string[]) => runMain(args, command, ({ values }) => install(values));
