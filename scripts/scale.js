'use strict';

const { alone, createLocalStack } = require('./local/local-stack');
const { apiName } = require('./stack/app-names');
const { createProgress } = require('./set-up/progress');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { UserError } = require('./command/run-command');

/** As many as ports are kept free for. */
const most = 16;

const tellPorts = (workers) => {
  const ports = workers.map(({ port }) => port).sort((a, b) => a - b);
  return `${workers.length} API ${workers.length === 1 ? 'worker' : 'workers'} on ${ports.join(', ')}`;
};

async function tell() {
  const workers = (await createLocalStack().apps()).filter(({ name }) => name === apiName);
  if (workers.length === 0) throw new UserError('Nothing is running that could be scaled. Run: npm start');
  console.log(`${tellPorts(workers)}. Another number, up to ${most}: npm run scale -- N`);
}

/** @param {number} wanted */
async function scale(wanted) {
  const progress = createProgress();
  await prepare({ need: ['npm'], progress });
  const stack = createLocalStack();
  await progress.step(
    'scale',
    `to ${wanted} API workers`,
    ({ say }) => stack.scaleUnderLoad(wanted, say),
    (now) => `serving: ${tellPorts(now)}`,
  );
}

async function main() {
  const [, , text] = process.argv;
  if (text === undefined) return tell();
  const wanted = Number(text);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > most)
    throw new UserError(`npm run scale -- N: how many API workers, from 1 to ${most}, not ${text}.`);
  return alone(() => scale(wanted));
}

void runMain(main);
