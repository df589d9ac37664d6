import { alone, createLocalStack, root, wantedOfShell } from '../local/local-stack';
import { apiName, describeCounts } from '../stack/app-names';
import { compileForServing, isHeld } from '../set-up/build';
import { guardChanges } from '../config/guard';
import { createProgress } from '../../tools/command/progress';
import { edgeOf } from '../../tools/local-servers/edge';
import { requireServed } from '../../tools/local-servers/served-certificate';
import { flag, text, wholeNumber } from '../../src/command-line/arguments';
import { fromCaller } from '../../src/command-line/convention';
import { runMain } from '../../tools/command/run-main';
import { UserError } from '../../tools/command/run-command';

const command = {
  call: 'npx taskfleet reload',
  about:
    'Compiles the sources, boots the result on a spare port, and then replaces the workers one after the other, each checked through NGINX. A build that does not become ready is refused; if a worker fails later, the build before serves again. Then NGINX takes its part of the configuration.',
  choices: { nginx: 'only NGINX takes its configuration, such as a renewed certificate; the workers stay' },
  options: {
    build: text('FOLDER', 'takes this build, with api.js and worker.js, instead of compiling'),
    limit: {
      ...text('SECONDS', 'how long a process may take until it is ready, from 1 to 600'),
      default: '30',
    },
    yes: flag('takes another database, key prefix or key of tokens than what runs'),
  },
};

async function reload(given: string | undefined, limitMs: number, yes?: boolean) {
  const progress = createProgress();
  const stack = createLocalStack();
  const running = await stack.apps();
  if (!running.some(({ name }) => name === apiName))
    throw new UserError('No API worker runs, so there is nothing to reload. Run: npm start');

  const { env, apiWorkers } = wantedOfShell(stack.info().env.API_WORKERS);
  const say = (text: string) => progress.line('config', text);
  guardChanges({ stack, apiWorkers, env, command: 'reload', yes, say });
  for (const warning of await stack.checkNginx()) say(`! ${warning}`);

  if (!given && isHeld(root))
    progress.line(
      'build',
      '! this releases the sources that a rollback left; npx taskfleet start takes a configuration without them',
    );
  const compile = () => progress.step('build', 'compiling the sources', () => compileForServing(root));
  const build = given ? fromCaller(given) : await compile();
  for (const warning of await stack.checkConfiguration({ apiWorkers, env, build }))
    progress.line('config', `! ${warning}`);
  await progress.step('reload', `trying the build, then ${describeCounts(running)}`, (tell) =>
    stack.replaceApps({ build, apiWorkers, env, limitMs, ...tell }),
  );
  await stack.reloadNginx();
}

async function reloadNginx(yes?: boolean) {
  const progress = createProgress();
  const stack = createLocalStack();
  if (stack.role === 'workers')
    throw new UserError('ROLE=workers: NGINX runs on another host. Run this command there.');
  if (!stack.info().url) throw new UserError('NGINX was not started here. Run: npm start');
  const say = (text: string) => progress.line('config', text);
  guardChanges({ stack, ...wantedOfShell(), command: 'reload nginx', yes, say });
  for (const warning of await stack.checkNginx()) say(`! ${warning}`);
  const work = async () => {
    await stack.reloadNginx();
    return requireServed(edgeOf(process.env));
  };
  await progress.step('nginx', 'taking its configuration', work, (served) => served);
}

export const run = (args: string[]) =>
  runMain(args, command, async ({ values, positionals: [only] }) => {
    const limitMs = 1_000 * wholeNumber('--limit', values.limit, 1, 600);
    await alone(() => (only ? reloadNginx(values.yes) : reload(values.build, limitMs, values.yes)));
  });
