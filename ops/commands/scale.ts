import { alone, createLocalStack, supervisorLock } from '../local/local-stack';
import { wholeNumber } from '../../src/command-line/arguments';
import { apiName } from '../stack/app-names';
import { createProgress } from '../../tools/command/progress';
import { holderOf } from '../../tools/command/lock';
import { runMain } from '../../tools/command/run-main';
import { UserError } from '../../tools/command/run-command';
import type { AppProcess } from '../stack/types';

/** The number of ports that a stack keeps free. */
const most = 16;

const command = {
  call: 'npx taskfleet scale',
  about: `Shows how many API workers run, or changes their number without losing a request. A number pauses autoscaling (AUTOSCALE) until it gets \`auto\`.`,
  options: {},
  operands: { '[N]': `the new number of API workers, from 1 to ${most}, or auto` },
};

const describePorts = (workers: AppProcess[]) => {
  const ports = workers.flatMap(({ port }) => port ?? []).sort((a, b) => a - b);
  return `${workers.length} API ${workers.length === 1 ? 'worker' : 'workers'} on ${ports.join(', ')}`;
};

async function show() {
  const stack = createLocalStack();
  const workers = (await stack.apps()).filter(({ name }) => name === apiName);
  if (workers.length === 0) throw new UserError('No API worker runs. Run: npm start');
  console.log(`${describePorts(workers)}. To change their number (1 to ${most}): npx taskfleet scale N`);
  const { autoscale: range, isAutoscalePaused } = stack.stackFile.read();
  if (!range) return;
  const state = isAutoscalePaused
    ? 'paused until: npx taskfleet scale auto'
    : isSupervised()
      ? 'on'
      : 'waits for: npx taskfleet supervise';
  console.log(`Autoscaling from ${range.least} to ${range.most} workers: ${state}`);
}

const isSupervised = () => holderOf(supervisorLock) !== undefined;

/** Lets the supervisor scale again after a person did. */
async function resume() {
  const { stackFile } = createLocalStack();
  if (!stackFile.read().autoscale)
    throw new UserError('Autoscaling is off. To turn it on: AUTOSCALE=1-4 npm start');
  stackFile.update({ isAutoscalePaused: undefined });
  console.log(isSupervised() ? 'Autoscaling goes on.' : 'Autoscaling goes on with: npx taskfleet supervise');
}

async function scale(wanted: number) {
  const progress = createProgress();
  const stack = createLocalStack();
  // First, so that the supervisor does not undo the step.
  if (stack.stackFile.read().autoscale) {
    stack.stackFile.update({ isAutoscalePaused: true });
    progress.line('scale', 'autoscaling pauses until: npx taskfleet scale auto');
  }
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
    if (text === 'auto') return alone(resume);
    const wanted = wholeNumber('The number of API workers', text, 1, most);
    await alone(() => scale(wanted));
  });
