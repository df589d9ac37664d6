import { alone, createLocalStack } from '../local/local-stack';
import { apiName } from '../stack/app-names';
import { createProgress } from '../../tools/command/progress';
import { runMain } from '../../tools/command/run-main';
import { UsageError, UserError } from '../../tools/command/run-command';
import { AppProcess } from '../stack/types';

const usage = `npm run scale [-- N]

Shows how many API workers run, or changes their number to N (1 to 16) without
losing a request.
`;

/** As many as ports are kept free for. */
const most = 16;

const tellPorts = (workers: AppProcess[] | { port: any }[]) => {
  const ports = workers.map(({ port }) => port).sort((a: number, b: number) => a - b);
  return `${workers.length} API ${workers.length === 1 ? 'worker' : 'workers'} on ${ports.join(', ')}`;
};

async function tell() {
  const workers = (await createLocalStack().apps()).filter(({ name }) => name === apiName);
  if (workers.length === 0) throw new UserError('Nothing is running that could be scaled. Run: npm start');
  console.log(`${tellPorts(workers)}. Another number, up to ${most}: npm run scale -- N`);
}

async function scale(wanted: number) {
  const progress = createProgress();
  const stack = createLocalStack();
  await progress.step(
    'scale',
    `to ${wanted} API workers`,
    ({ say }) => stack.scaleUnderLoad(wanted, say),
    (now) => `serving: ${tellPorts(now)}`,
  );
}

export const run = () =>
  runMain({ usage, most: 1 }, async ({ positionals: [text] }) => {
    if (text === undefined) return tell();
    const wanted = Number(text);
    if (!/^\d+$/.test(text) || wanted < 1 || wanted > most)
      throw new UsageError(`${text} is no number of API workers from 1 to ${most}.`);
    await alone(() => scale(wanted));
  });
