import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { backupsIn } from '../../src/backup/kept-backups';
import { flag, text } from '../../src/command-line/arguments';
import { onlyInShell } from '../config/load';
import { dir, root } from '../local/local-stack';
import { ensureOwnFolder, ensureUser, findUser } from '../set-up/service-user';
import { backupServiceOf, backupTimer } from '../set-up/backup-units';
import { unitOf } from '../set-up/systemd-unit';
import { runCommand, UsageError, UserError } from '../../tools/command/run-command';
import { runMain } from '../../tools/command/run-main';

const unitName = 'taskfleet.service';
const [backupName, timerName] = ['taskfleet-backup.service', 'taskfleet-backup.timer'];

const command = {
  call: 'npx taskfleet install-service',
  about:
    'Writes a unit of systemd that runs npx taskfleet supervise at each boot, and prints the commands that enable it.',
  options: {
    user: text('NAME', 'runs the service as this system user, and creates it if it is missing; for root'),
    'with-backup': flag('adds a timer that makes a backup every day and keeps 14'),
    print: flag('prints the units and writes nothing'),
  },
};

/** @returns PM2's home of the user whose home folder this is */
const pm2HomeIn = (home: string) => process.env.PM2_HOME || path.join(home, '.pm2');

interface Wanted {
  user?: string;
  'with-backup'?: boolean;
  print?: boolean;
}

async function install({ user, 'with-backup': withBackup, print }: Wanted) {
  const isRoot = process.getuid?.() === 0;
  if (user && !isRoot) throw new UsageError(`--user ${user}: only root can write a unit for another user.`);
  if (user && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user))
    throw new UsageError(`--user ${user}: a name has at most 32 lower-case letters, digits, _ and -.`);
  const known = user ? await findUser(user) : undefined;
  const pm2Home = pm2HomeIn(user ? (known?.home ?? dir) : os.homedir());
  const options = {
    root,
    dir,
    pm2Home,
    temporary: os.tmpdir(),
    user: isRoot ? (user ?? os.userInfo().username) : undefined,
    config: process.env.TASKFLEET_CONFIG && path.resolve(process.env.TASKFLEET_CONFIG),
  };
  const units = {
    [unitName]: unitOf(options),
    ...(withBackup && { [backupName]: backupServiceOf(options), [timerName]: backupTimer }),
  };
  if (print) return void process.stdout.write(Object.values(units).join('\n'));
  if (process.platform !== 'linux')
    throw new UserError('Only Linux has systemd. Elsewhere, start `npm run supervise` at boot.');
  // The service may write there, and could not make them. An empty folder of backups says that some are to be made: the
  // doctor and an alert then ask for the first.
  const folders = [dir, pm2Home, ...(withBackup ? [backupsIn(dir)] : [])];
  if (user) {
    const owner = await ensureUser(user, dir);
    for (const folder of folders) ensureOwnFolder(folder, owner);
  } else for (const folder of folders) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  await write(units, { isRoot, user });
  // The unit names the folders of the service; a copy of any other value would soon differ from the file.
  const passing = onlyInShell().filter((name) => name !== 'PM2_HOME');
  if (passing.length === 0) return;
  console.log(`This shell alone sets ${passing.join(', ')}: the service does not have them. To keep them:

  npx taskfleet config set ${passing.map((name) => `${name}="$${name}"`).join(' ')}
`);
}

async function write(units: Record<string, string>, { isRoot, user }: { isRoot: boolean; user?: string }) {
  const folder = isRoot ? '/etc/systemd/system' : path.join(os.homedir(), '.config', 'systemd', 'user');
  const files = Object.keys(units).map((name) => path.join(folder, name));
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, unit] of Object.entries(units)) fs.writeFileSync(path.join(folder, name), unit);
  const { code, stderr } = await runCommand('systemd-analyze', ['verify', ...files], { timeoutMs: 60_000 });
  if (code !== 0) throw new UserError(`systemd does not accept ${files.join(', ')}:\n${stderr}`);
  const systemctl = isRoot ? 'systemctl' : 'systemctl --user';
  const journal = `journalctl ${isRoot ? '' : '--user '}-u`;
  const backup = `
  ${systemctl} enable --now ${timerName}
  ${systemctl} start ${backupName}   # the first backup, once the service runs
  ${journal} ${backupName}          # shows how backups went
`;
  console.log(`Wrote ${files.join(', ')}, which systemd accepts. These commands start the service now and at each boot:

  ${systemctl} daemon-reload
  ${systemctl} enable --now ${unitName}
${isRoot ? '' : `  loginctl enable-linger ${os.userInfo().username}\n`}
  ${journal} ${unitName} -f      # shows its output
${timerName in units ? backup : ''}${user ? `\nRun other commands as that user: sudo -u ${user} -H npx taskfleet doctor\n` : ''}`);
}

export const run = (args: string[]) => runMain(args, command, ({ values }) => install(values));
