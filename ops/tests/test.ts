import fs from 'node:fs';
import path from 'node:path';
import { scripts } from '../../package.json';
import { createProgress, type Progress } from '../../tools/command/progress';
import { flag, text, type Given } from '../../src/command-line/arguments';
import { fromCaller } from '../../src/command-line/convention';
import { messageOf } from '../../src/lib/error-code';
import { findBrowser } from '../../tools/local-servers/install/browser';
import { forgetUrls } from '../../tools/local-servers/server-urls';
import { parts } from '../drill/drills';
import { drillLock } from '../drill/own-stack';
import { drillSwarm } from '../drill/swarm/run';
import { createStack } from '../stack/stack';
import { prepare, root } from '../set-up/prepare';
import { runMain } from '../../tools/command/run-main';
import { runCommand, UsageError, UserError } from '../../tools/command/run-command';
import { listed, runJest, tryAgain, type Outcome } from './run-jest';
import { withLock } from '../../tools/command/lock';

const command = {
  call: 'npx taskfleet test',
  about:
    'Checks and tests everything: format, lint, types, structure, contract, unused code, then all suites. With PATH or PATTERN it runs only the tests that they name. Unit tests alone start no servers.',
  options: {
    testNamePattern: { ...text('PATTERN', 'runs the tests whose names match it'), short: 't' },
    long: flag('runs the long suites and the drill of a Swarm alone, or longer runs of the named ones'),
  },
  operands: { '[PATH…]': 'a file, a folder, or a pattern that their paths match' },
};

const dir = path.join(root, '.local', 'test');
/** Folder of the servers of the cluster's suites, which stop and kill them. */
const clusterDir = path.join(root, '.local', 'test-cluster');
const basePorts = { nginx: 3300, api: 4301 };
const bin = (name: string) => path.join(root, 'node_modules', '.bin', name);

/** A suite's own limits (60 s a test) end it long before; what hangs beyond them is cut and named. */
const SUITE_MS = 10 * 60_000;

/**
 * Only among the long ones, for the time they take: each method of balancing (every run tries them before stub
 * workers), refused builds and another number of workers under load, slow clients of a reload, builds that are taken
 * back.
 */
const onlyLong = ['balancing-methods', 'reload-and-scale', 'slow-clients', 'take-back'].map(
  (name) => `test/cluster/${name}`,
);
/** Starts a cluster of its own on small disks, so that it can run beside the suites of the shared cluster. */
const ownCluster = 'test/cluster/full-disks';
/** Suites that go on for longer if TEST_LONG is set; see `npm run test:long`. */
const longSuites = ['test/properties', 'test/cluster/generated-requests', ...onlyLong];
const LONG_SUITE_MS = 2 * 3_600_000;
/** How long one check may take, on a busy machine too. */
const CHECK_MS = 600_000;
/** Two rolling updates each. */
const UPDATE_ROUNDS = 10;
/** How many of the slowest suites are named at the end. */
const SLOWEST = 5;

/** Returns the folders that `npm run lint` checks: package.json has the only list of them. */
function foldersOfLint(): string[] {
  const structure = scripts.lint.split(' && ').find((command) => command.startsWith('depcruise '));
  if (!structure) throw new Error('npm run lint has no depcruise any more: name the check of the structure');
  return structure.split(' ').slice(1);
}

/** Run two at a time; the first, which takes as long as all others together, begins at once. */
const checks: [name: string, command: string, args: string[]][] = [
  ['lint', 'eslint', ['.']],
  ['format', 'prettier', ['--check', '.']],
  ['types', 'tsc', ['--noEmit']],
  ['types of pages', 'tsc', ['-p', 'tsconfig.pages.json']],
  ['types of config files', 'tsc', ['-p', 'tsconfig.config-files.json']],
  ['structure', 'depcruise', foldersOfLint()],
  ['wording', 'tsx', ['tools/lint/english.ts']],
  ['contract', 'tsx', ['contract/generate.ts', '--check']],
  ['unused', 'knip', []],
];

/** The test files that a pattern of jest matches. */
const filesOf = (pattern: string) =>
  fs
    .readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join('test', name))
    .filter((name) => new RegExp(pattern).test(name));

/** Whether any of the named test files, or of all, lies in a place that `isIn` accepts. */
const anyOf = (patterns: string[], isIn: (name: string) => boolean) =>
  patterns.length === 0 || patterns.flatMap(filesOf).some(isIn);

/** Unit tests need neither servers nor a cluster. */
const needServers = (patterns: string[]) =>
  anyOf(patterns, (name) => !name.startsWith(path.join('test', 'unit')));

const needKustomize = (patterns: string[]) =>
  anyOf(patterns, (name) => name.startsWith(path.join('test', 'unit', 'kubernetes')));

/**
 * A file or folder as the caller typed it, else a pattern of jest.
 *
 * @returns relative to the root, whose own path may hold what patterns give a meaning
 * @throws UsageError if it names no test
 */
function patternOf(given: string): string {
  const file = fromCaller(given);
  const pattern = fs.existsSync(file) ? path.relative(root, file) : given;
  try {
    if (filesOf(pattern).length > 0) return pattern;
  } catch (error) {
    throw new UsageError(`${given}: ${messageOf(error)}.`);
  }
  throw new UsageError(`${given} names no test.`);
}

/** @throws UserError with what the first check that failed says */
async function runChecks(progress: Progress) {
  const waiting = [...checks];
  let failure: Error | undefined;
  const runRest = async () => {
    for (let check = waiting.shift(); check && !failure; check = waiting.shift()) {
      const [name, command, args] = check;
      await progress
        .step(name, `${command} ${args.join(' ')}`, async () => {
          const { code, stdout, stderr } = await runCommand(bin(command), args, {
            cwd: root,
            timeoutMs: CHECK_MS,
          });
          if (code !== 0) throw new UserError(`${stdout}${stderr}`);
        })
        .catch((error: Error) => (failure ??= error));
    }
  };
  await Promise.all([runRest(), runRest()]);
  if (failure) throw failure;
}

/**
 * Runs the named suites one after another. Without a name it runs all suites in two lanes side by side, since they wait
 * much of their time: the suites of the cluster one after another, and all others.
 */
async function runSuites(env: NodeJS.ProcessEnv, given: string[], isLong: boolean): Promise<Outcome> {
  // One more than two cores: their suites wait for servers, timers and processes more than they compute.
  const others = ['--maxWorkers=3', 'test/unit', 'test/integration', 'test/properties', ownCluster];
  const ignored = [...onlyLong, ownCluster, '/node_modules/'];
  const cluster = ['--runInBand', 'test/cluster', '--testPathIgnorePatterns', ...ignored];
  const suiteMs = isLong ? LONG_SUITE_MS : SUITE_MS;
  const run = (args: string[], stackDir: string) =>
    runJest(root, args, { env: { ...env, TEST_STACK_DIR: stackDir }, dir: stackDir, suiteMs });
  if (given.length > 0) return run(['--runInBand', ...given], dir);
  const lanes = await Promise.all([run(others, dir), run(cluster, clusterDir)]);
  const outcomes = [
    await tryAgain(lanes[0], (args) => run(args, dir)),
    await tryAgain(lanes[1], (args) => run(args, clusterDir)),
  ];
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
    problems: outcomes.flatMap(({ problems }) => problems),
    failedSuites: outcomes.flatMap(({ failedSuites }) => failedSuites),
    slowest: outcomes.flatMap(({ slowest }) => slowest).sort(([, a], [, b]) => b - a),
  };
}

/** Runs the drill of a Swarm, which the long run ends with. It counts as one test, and each fault as a failed one. */
async function drillLong(progress: Progress, outcome: Outcome): Promise<Outcome> {
  const options = { only: parts.swarm!, rounds: UPDATE_ROUNDS };
  const faults = await withLock(drillLock, { timeoutMs: 60_000 }, () => drillSwarm(progress, options)).catch(
    (error: unknown) => [messageOf(error)],
  );
  return {
    ...outcome,
    passed: outcome.passed + (faults.length > 0 ? 0 : 1),
    failed: outcome.failed + faults.length,
    problems: [...outcome.problems, ...faults.map((fault) => `drill swarm: ${fault}`)],
  };
}

/** Names the failures and the slowest suites at the end: the output of a long run is too far up to find them. */
function report({ passed, failed, problems, slowest }: Outcome) {
  const seconds = slowest.slice(0, SLOWEST).map(([suite, ms]) => `${suite} ${(ms / 1_000).toFixed(0)} s`);
  if (slowest.length > 1) console.log(`\nSlowest: ${seconds.join(', ')}`);
  if (failed > 0) console.log(`\nFailed:\n${listed(problems)}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

async function test({ values, positionals }: Given<typeof command.options>) {
  const isLong = Boolean(values.long);
  const named = positionals.map(patternOf);
  const filter = values.testNamePattern === undefined ? [] : ['--testNamePattern', values.testNamePattern];
  const given = isLong && named.length === 0 ? longSuites : named;
  const progress = createProgress();
  const kustomize = needKustomize(given) ? (['kustomize'] as const) : [];
  if (!needServers(given)) {
    await prepare({ need: ['build', ...kustomize], progress });
    return report(await runSuites(process.env, [...given, ...filter], isLong));
  }
  await prepare({
    need: ['system', 'nginx-lua', 'prometheus', 'browser', ...kustomize, 'mongo', 'build'],
    progress,
  });
  const stack = createStack({ root, dir, basePorts });
  const clusterStack = createStack({ root, dir: clusterDir, basePorts });
  let outcome: Outcome;
  try {
    const started = progress.step('servers', 'MongoDB, Redis, RabbitMQ', () => stack.startServers());
    const checked = given.length + filter.length === 0 ? runChecks(progress) : undefined;
    // Waits for both: servers that are still starting could not be stopped.
    await Promise.allSettled([started, checked]);
    await Promise.all([started, checked]);
    const { services, servers } = stack.info();
    console.log(`\nServers: ${servers.join(', ')}; Node ${process.version}\n`);
    const urls = {
      MONGO_URL: services.mongo?.url,
      REDIS_URL: services.redis?.url,
      AMQP_URL: services.rabbit?.url,
      TEST_BROWSER: findBrowser(root) ?? '',
      ...(isLong && { TEST_LONG: '1' }),
    };
    outcome = await runSuites({ ...process.env, ...urls }, [...given, ...filter], isLong);
  } finally {
    await progress.step('servers', 'stopping', () => Promise.all([stack.stop(), clusterStack.stop()]));
  }
  report(isLong && named.length === 0 ? await drillLong(progress, outcome) : outcome);
}

const onWait = (owner: string) =>
  console.log(`Another test run (${owner}) is under way here: waiting for it.`);
export const run = (args: string[]) =>
  runMain(args, command, (given) => {
    forgetUrls();
    given.positionals.forEach(patternOf);
    return withLock(path.join(dir, 'test.lock'), { timeoutMs: 20 * 60_000, onWait }, () => test(given));
  });
