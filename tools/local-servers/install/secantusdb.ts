import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Step } from '../../command/progress';
import { createApt } from './system-packages';
import { findCommand } from '../find-command';
import { runCommand, UserError } from '../../command/run-command';

const version = '0.5.3-beta.196';
const crates = 210;
const oldestCargo = [1, 85] as const;

// Quicker to build than the crate's own settings, and as quick in use.
const buildSettings = {
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '2',
};

const isNewEnough = (text: string) => {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  return (
    Number(major) > oldestCargo[0] || (Number(major) === oldestCargo[0] && Number(minor) >= oldestCargo[1])
  );
};

/** @returns a cargo that runs and is new enough */
async function findCargo(): Promise<string | undefined> {
  const own = path.join(process.env.CARGO_HOME || path.join(os.homedir(), '.cargo'), 'bin', 'cargo');
  for (const cargo of [findCommand('cargo') ?? '', own].filter(fs.existsSync)) {
    const { code, stdout } = await runCommand(cargo, ['--version'], { timeoutMs: 15_000 });
    if (code === 0 && isNewEnough(stdout)) return cargo;
  }
  return undefined;
}

/** @returns what the build needs and this machine lacks */
async function findMissingTools(): Promise<string[]> {
  const missing = ['cmake', 'ninja'].filter((name) => !findCommand(name));
  if (!findCommand('cc') || !findCommand('c++')) missing.push('compiler');
  if (!(await findCargo())) missing.push('cargo');
  return missing;
}

/** Debian's cargo is too old before Debian 13; cargo-web is the newer one it ships for browsers. */
async function installTools(missing: string[], step: Step) {
  const apt = createApt(step);
  const packages: Record<string, string[]> = {
    cmake: ['cmake'],
    ninja: ['ninja-build'],
    compiler: ['gcc', 'g++', 'libc6-dev'],
  };
  const wanted = missing.flatMap((name) => packages[name] ?? []);
  if (missing.includes('cargo')) {
    const plain = await apt.pick(['cargo']);
    if (plain && isNewEnough(plain.version)) wanted.push('cargo');
    else if (await apt.pick(['cargo-web'])) wanted.push('cargo-web', 'rustc-web');
    else
      throw new UserError(
        `Building SecantusDB needs cargo ${oldestCargo.join('.')} or newer (https://rustup.rs).`,
      );
  }
  await apt.install(wanted);
}

async function ensureTools({
  systemPackages,
  step,
}: {
  folder: string;
  systemPackages: Promise<void>;
  step: Step;
}) {
  let missing = await findMissingTools();
  if (missing.length === 0) return;
  // Only one apt at a time.
  await systemPackages.catch(() => {});
  if (findCommand('apt-get')) await installTools(missing, step);
  missing = (await findMissingTools()).filter((name) => name !== 'ninja');
  if (missing.length > 0) throw new UserError(`Building SecantusDB needs: ${missing.join(', ')}.`);
}

const compiling = /^\s*Compiling (\S+ \S+)/;

/** cargo doesn't name again what an interrupted build has done: the log does. */
function openLog(folder: string, target: string) {
  const file = path.join(folder, 'build.log');
  const goesOn = fs.existsSync(target) && fs.existsSync(file);
  const lines = goesOn ? fs.readFileSync(file, 'utf8').split('\n') : [];
  const compiled = new Set(lines.map((line) => compiling.exec(line)?.[1]).filter(Boolean));
  return { log: fs.createWriteStream(file, { flags: goesOn ? 'a' : 'w' }), compiled };
}

/** Builds SecantusDB from the crates registry. An interrupted build goes on from its last crate. */
export async function buildSecantusDb({
  folder,
  systemPackages,
  step,
}: {
  folder: string;
  systemPackages: Promise<void>;
  step: Step;
}) {
  await ensureTools({ folder, systemPackages, step });
  const aside = path.join(folder, `.new-${process.pid}`);
  const target = path.join(folder, '.target');
  const exactly = ['--version', version, '--locked', '--ignore-rust-version'];
  const args = ['install', 'secantus-mdb', ...exactly, '--root', aside];
  const env = {
    ...process.env,
    ...buildSettings,
    ...(findCommand('ninja') ? { CMAKE_GENERATOR: 'Ninja' } : {}),
    CARGO_TARGET_DIR: target,
    CARGO_TERM_COLOR: 'never',
  };
  const { log, compiled } = openLog(folder, target);
  step.status('downloading crates');
  const onLine = (line: string) => {
    log.write(`${line}\n`);
    const [, crate] = compiling.exec(line) ?? [];
    if (crate) compiled.add(crate);
    if (compiled.size > 0) step.status(`building SecantusDB: ${compiled.size} of about ${crates} crates`);
  };
  const result = await runCommand((await findCargo()) ?? 'cargo', args, {
    env,
    timeoutMs: 40 * 60_000,
    onLine,
  });
  log.end();
  if (result.code !== 0) {
    const said = result.stderr.trim().split('\n').slice(-12).join('\n');
    throw new UserError(`Building SecantusDB failed (all of it: ${String(log.path)}):\n${said}`);
  }
  fs.renameSync(aside, path.join(folder, `secantusdb-${version}`));
  fs.rmSync(target, { recursive: true, force: true });
}
