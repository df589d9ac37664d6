import { alone, createLocalStack, dir, isOfSupervisor, root, wantedOfShell } from '../local/local-stack';
import { askStatus } from '../stack/ask-status';
import { readRange } from '../autoscale/range';
import { apiName, describeCounts } from '../stack/app-names';
import { requireForWorkers } from '../stack/role';
import { checkBalancing } from '../../tools/local-servers/balancing';
import { guardChanges } from '../config/guard';
import { onlyInShell } from '../config/load';
import { recordDataDir } from '../../src/config/config-file';
import { compileForServing, isBuilt, isHeld, isWritable } from '../set-up/build';
import { createProgress } from '../../tools/command/progress';
import { flag } from '../../src/command-line/arguments';
import { forCaller, shellQuoted } from '../../src/command-line/convention';
import { pm2Call, pm2NameOf } from '../../src/command-line/pm2-call';
import { ensureAdmin } from '../local/admin-account';
import { prepare } from '../set-up/prepare';
import { runMain } from '../../tools/command/run-main';
import { urlsFromEnvironment } from '../../tools/local-servers/server-urls';
import { checkCertificate } from '../../tools/local-servers/check-certificate';
import { describeEdge, edgeOf } from '../../tools/local-servers/edge';
import { isProduction } from '../../src/config/profile';
import { waitUntil } from '../../tools/command/run-command';
import type { ServerName } from '../../tools/local-servers/types';
import { writePostmanEnvironment } from '../local/postman-environment';
import { describeWorkers } from '../local/workers-summary';
import { writePrometheusConfig } from '../local/prometheus-config';

const titles = { mongo: 'MongoDB', redis: 'Redis', rabbit: 'RabbitMQ', nginx: 'NGINX' };
const command = {
  call: 'npx taskfleet start',
  about: `Starts MongoDB, Redis, RabbitMQ, NGINX, the API workers and the job worker; with ROLE=workers the workers alone. It first installs, builds or makes what is missing. What runs already keeps running; if sources or configuration have changed, the workers are replaced one by one.
docs/configuration.md lists API_WORKERS, BALANCING and the other variables; npx taskfleet config keeps them.`,
  options: { yes: flag('takes another database, key prefix or key of tokens than what runs') },
};

const outcomes = {
  started: 'started',
  reloaded: 'reloaded: code or configuration has changed',
  unchanged: 'running',
};

/** Three requests to paste into a shell. */
const requests = (
  url: string,
  email: string,
  file: string,
) => `Try it: log in, make a task, read it (X-Cache: MISS; the same again: HIT).

TOKEN=$(curl -s ${url}/users/login -H 'content-type: application/json' \\
  -d "{\\"email\\":\\"${email}\\",\\"password\\":\\"$(cat ${shellQuoted(file)})\\"}" \\
  | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')

TASK=$(curl -s ${url}/tasks -H "authorization: Bearer $TOKEN" \\
  -H 'content-type: application/json' -d '{"title":"Try taskfleet"}' \\
  | sed 's/.*"_id":"\\([^"]*\\)".*/\\1/'); echo "$TASK"

curl -i ${url}/tasks/$TASK -H "authorization: Bearer $TOKEN"
`;

const edge = edgeOf(process.env);

/** Titles of the servers that this start runs itself: the others came by their URLs. */
function ownServers(): string[] {
  const urls: Partial<Record<ServerName, string>> = urlsFromEnvironment();
  return (Object.keys(titles) as ServerName[]).filter((name) => !urls[name]).map((name) => titles[name]);
}

interface Started {
  url: string;
  metricsPort: number;
  servers: string[];
  /** Commands to list, follow and reload the apps. */
  pm2Calls: string[];
  admin?: { email: string; passwordFile: string };
  environmentFile: string;
  prometheusFile: string;
}

function printSummary({
  url,
  metricsPort,
  servers,
  pm2Calls,
  admin,
  environmentFile,
  prometheusFile,
}: Started) {
  const listens = describeEdge(edge);
  const noAdmin = isProduction(edge)
    ? 'none is made; npx taskfleet admin --email E --username U --name N makes one'
    : 'exists already; npx taskfleet admin creates another';
  const password = admin ? forCaller(admin.passwordFile) : '';
  console.log(`
taskfleet runs at ${url}

${listens ? `  Listens   ${listens}\n` : ''}  Admin     ${admin ? `${admin.email} (password in ${password})` : noAdmin}
  Servers   ${servers.join(', ')}
  Metrics   http://127.0.0.1:${metricsPort}/metrics
            (for Prometheus: ${forCaller(prometheusFile)})
  Apps      ${pm2Calls.join('\n            ')}
  Postman   import postman/taskfleet.postman_collection.json
            and ${forCaller(environmentFile)}
  Stop      npm stop (the data stays)
`);
  if (admin) console.log(requests(url, admin.email, password));
}

async function start(yes?: boolean) {
  const progress = createProgress();
  const lua = process.env.BALANCING === 'response-time' ? (['nginx-lua'] as const) : [];
  const stack = createLocalStack((text) => progress.line('ports', text));
  const { env, apiWorkers } = wantedOfShell();
  const say = (text: string) => progress.line('config', text);
  guardChanges({ stack, apiWorkers, env, command: 'start', yes, say });
  const isWorkers = stack.role === 'workers';
  const notes = isWorkers ? requireForWorkers(dir, { ...stack.choices(apiWorkers, env), ...env }) : [];
  // After a boot, to serve with an ended certificate is better than not to serve.
  const warnings = checkCertificate(edge, { isRestart: isOfSupervisor() }).map((text) => `! ${text}`);
  warnings.forEach(say);
  // PM2 restarts a dead worker from dist: while one may serve, only a build that was tried gets there.
  const mayServe = await stack.isPm2Running();
  const isFixed = isHeld(root) || !isWritable(root);
  const keepsDist = mayServe || isFixed;
  const published = keepsDist ? [] : (['build'] as const);
  const servers = isWorkers ? [] : (['system', ...lua, 'mongo'] as const);
  const own = ownServers();
  await prepare({ need: [...servers, ...published], progress });
  let build: string | undefined;
  if (isHeld(root)) {
    progress.line('build', 'a rollback left these sources; npx taskfleet reload releases them again');
  } else if (isFixed) {
    if (!isBuilt(root))
      progress.line(
        'build',
        'dist is older than the sources, and stays: this user or service cannot change it',
      );
  } else if (!isBuilt(root)) {
    await progress.step('build', 'compiling the sources', async () => {
      build = await compileForServing(root);
    });
  }

  for (const text of await stack.checkConfiguration({ apiWorkers, env, build }))
    progress.line('config', `! ${text}`);
  const balancing = checkBalancing();
  const { range, warning } = readRange(process.env);
  if (warning) progress.line('config', `! ${warning}`);
  await stack.checkApps({ prefix: env.KEY_PREFIX });
  let started = 0;
  await progress.step(
    'servers',
    isWorkers ? 'asking MongoDB, Redis and RabbitMQ of other hosts' : own.join(', '),
    async ({ say }) => {
      const onReady = (name: ServerName) => {
        started += 1;
        say(`${titles[name]} answers`);
      };
      await stack.startServers({
        only: ['mongo', 'redis', 'rabbit', ...(isWorkers ? [] : (['nginx'] as const))],
        apiWorkers: Math.max(apiWorkers, range?.most ?? 0),
        balancing,
        onReady,
      });
    },
    () => (isWorkers ? 'they answer' : started > 0 ? 'started' : 'running'),
  );
  recordDataDir(root, dir);
  const passing = onlyInShell();
  if (passing.length > 0)
    say(`this shell alone sets ${passing.join(', ')}: npx taskfleet config set NAME=VALUE keeps a value`);

  await progress.step(
    'apps',
    'API workers and job worker',
    async (tell) => {
      const outcome = await stack.startApps({ apiWorkers, env, build, ...tell });
      return `${describeCounts(await stack.apps())} ${outcomes[outcome]}`;
    },
    (outcome) => outcome,
  );

  stack.stackFile.update({ autoscale: range });
  const info = stack.info();
  const { url = '', ports, env: appEnv, pm2Home } = info;
  const apiApp = pm2NameOf(apiName, appEnv.KEY_PREFIX);
  const pm2Calls = ['list', 'logs', `reload ${apiApp}`].map((args) => pm2Call(pm2Home, args));
  if (isWorkers) {
    console.log(describeWorkers(info, await stack.apps(), pm2Calls));
    return notes.forEach((text) => console.log(`! ${text}`));
  }
  const metricsPort = ports.metrics ?? 0;
  await progress.step('ready', `asking ${url}/health/ready`, async () => {
    const what = `No answer through NGINX (${pm2Call(pm2Home, 'logs')} shows why)`;
    const isReady = async () => (await askStatus(`${url}/health/ready`, 3_000)) === 200;
    await waitUntil(isReady, { timeoutMs: 60_000, everyMs: 250, what });
  });
  const admin = isProduction(edge) ? undefined : await ensureAdmin({ root, dir, env: appEnv });
  stack.stackFile.update({ admin });
  const environmentFile = writePostmanEnvironment({ root, dir, url, admin });
  const prometheusFile = writePrometheusConfig({
    root,
    dir,
    port: metricsPort,
    pm2Home,
    prefix: appEnv.KEY_PREFIX,
  });
  printSummary({ url, metricsPort, servers: info.servers, pm2Calls, admin, environmentFile, prometheusFile });
  // Nobody reads the lines at the beginning of a start that succeeds.
  warnings.forEach((text) => console.log(text));
}

export const run = (args: string[]) => runMain(args, command, ({ values }) => alone(() => start(values.yes)));
