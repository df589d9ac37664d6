import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { flag, text } from '../../src/command-line/arguments';
import { onlyInShell } from '../config/load';
import { dir, root } from '../local/local-stack';
import { ensureOwnFolder, ensureUser, findUser } from '../set-up/service-user';
import { unitOf } from '../set-up/systemd-unit';
import { runCommand, UsageError, UserError } from '../../tools/command/run-command';
import { runMain } from '../../tools/command/run-main';

const unitName = 'taskfleet.service';

const command = {
  call: 'npx taskfleet install-service',
  about:
    'Writes a unit of systemd that runs npx taskfleet supervise at each boot, and prints the commands that enable it.',
  options: {
    user: text('NAME', 'runs the service as this system user, and creates it if it is missing; for root'),
    print: flag('prints the unit and writes nothing'),
  },
};

/** @returns PM2's home of the user whose home folder this is */
const pm2HomeIn = (home: string) => process.env.PM2_HOME || path.join(home, '.pm2');

interface Wanted {
  user?: string;
  print?: boolean;
}

async function install({ user, print }: Wanted) {
  const isRoot = process.getuid?.() === 0;
  if (user && !isRoot) throw new UsageError(`--user ${user}: only root can write a unit for another user.`);
  if (user && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user))
    throw new UsageError(`--user ${user}: a name has at most 32 lower-case letters, digits, _ and -.`);
  const known = user ? await findUser(user) : undefined;
  const pm2Home = pm2HomeIn(user ? (known?.home ?? dir) : os.homedir());
  const unit = unitOf({
    root,
    dir,
    pm2Home,
    temporary: os.tmpdir(),
    user: isRoot ? (user ?? os.userInfo().username) : undefined,
    config: process.env.TASKFLEET_CONFIG && path.resolve(process.env.TASKFLEET_CONFIG),
  });
  if (print) return void process.stdout.write(unit);
  if (process.platform !== 'linux')
    throw new UserError('Only Linux has systemd. Elsewhere, start `npm run supervise` at boot.');
  // The service may write there, and could not make them.
  if (user) {
    const owner = await ensureUser(user, dir);
    for (const folder of [dir, pm2Home]) ensureOwnFolder(folder, owner);
  } else for (const folder of [dir, pm2Home]) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  await write(unit, { isRoot, user });
  // The unit names the folders of the service; a copy of any other value would soon differ from the file.
  const passing = onlyInShell().filter((name) => name !== 'PM2_HOME');
  if (passing.length === 0) return;
  console.log(`This shell alone sets ${passing.join(', ')}: the service does not have them. To keep them:

  npx taskfleet config set ${passing.map((name) => `${name}="$${name}"`).join(' ')}
`);
}

async function write(unit: string, { isRoot, user }: { isRoot: boolean; user?: string }) {
  const folder = isRoot ? '/etc/systemd/system' : path.join(os.homedir(), '.config', 'systemd', 'user');
  const file = path.join(folder, unitName);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, unit);
  const { code, stderr } = await runCommand('systemd-analyze', ['verify', file], { timeoutMs: 60_000 });
  if (code !== 0) throw new UserError(`systemd does not accept ${file}:\n${stderr}`);
  const systemctl = isRoot ? 'systemctl' : 'systemctl --user';
  console.log(`Wrote ${file}, which systemd accepts. These commands start the service now and at each boot:

  ${systemctl} daemon-reload
  ${systemctl} enable --now ${unitName}
${isRoot ? '' : `  loginctl enable-linger ${os.userInfo().username}\n`}
  journalctl ${isRoot ? '' : '--user '}-u ${unitName} -f      # shows its output
${user ? `\nRun other commands as that user: sudo -u ${user} -H npx taskfleet doctor\n` : ''}`);
}

export const run = (args: string[]) => runMain(args, command, ({ values }) => install(values));
