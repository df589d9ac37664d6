import { alone, createLocalStack } from '../local/local-stack';
import { apiName } from '../stack/app-names';
import { createProgress } from '../../tools/command/progress';
import { runMain } from '../../tools/command/run-main';
import { UsageError, UserError } from '../../tools/command/run-command';
import type { AppProcess } from '../stack/types';

const usage = `npm run scale [-- N]

Shows how many API workers run, or changes their number to N (1 to 16) without
losing a request.
`;

/** The number of ports that a stack keeps free. */
const most = 16;

const describePorts = (workers: AppProcess[]) => {
  const ports = workers.flatMap(({ port }) => port ?? []).sort((a, b) => a - b);
  return `${workers.length} API ${workers.length === 1 ? 'worker' : 'workers'} on ${ports.join(', ')}`;
};

async function show() {
  const workers = (await createLocalStack().apps()).filter(({ name }) => name === apiName);
  if (workers.length === 0) throw new UserError('No API worker runs. Run: npm start');
  console.log(`${describePorts(workers)}. Another number, up to ${most}: npm run scale -- N`);
}

async function scale(wanted: number) {
  const progress = createProgress();
  const stack = createLocalStack();
  await progress.step(
    'scale',
    `to ${wanted} API workers`,
    ({ say }) => stack.scaleUnderLoad(wanted, say),
    (now) => `serving: ${describePorts(now)}`,
  );
}

export const run = (args: string[]) =>
  runMain(args, { usage, most: 1 }, async ({ positionals: [text] }) => {
    if (text === undefined) return show();
    const wanted = Number(text);
    if (!/^\d+$/.test(text) || wanted < 1 || wanted > most)
      throw new UsageError(`${text} is no number of API workers from 1 to ${most}.`);
    await alone(() => scale(wanted));
  });
