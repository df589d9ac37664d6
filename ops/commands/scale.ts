import { alone, createLocalStack } from '../local/local-stack';
import { wholeNumber } from '../../src/command-line/arguments';
import { apiName } from '../stack/app-names';
import { createProgress } from '../../tools/command/progress';
import { runMain } from '../../tools/command/run-main';
import { UserError } from '../../tools/command/run-command';
import type { AppProcess } from '../stack/types';

/** The number of ports that a stack keeps free. */
const most = 16;

const command = {
  call: 'npx taskfleet scale',
  about: 'Shows how many API workers run, or changes their number without losing a request.',
  options: {},
  operands: { '[N]': `the new number of API workers, from 1 to ${most}` },
};

const describePorts = (workers: AppProcess[]) => {
  const ports = workers.flatMap(({ port }) => port ?? []).sort((a, b) => a - b);
  return `${workers.length} API ${workers.length === 1 ? 'worker' : 'workers'} on ${ports.join(', ')}`;
};

async function show() {
  const workers = (await createLocalStack().apps()).filter(({ name }) => name === apiName);
  if (workers.length === 0) throw new UserError('No API worker runs. Run: npm start');
  console.log(`${describePorts(workers)}. To change their number (1 to ${most}): npx taskfleet scale N`);
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
  runMain(args, command, async ({ positionals: [text] }) => {
    if (text === undefined) return show();
    const wanted = wholeNumber('The number of API workers', text, 1, most);
    await alone(() => scale(wanted));
  });
