'use strict';

const { alone, createLocalStack } = require('./local/local-stack');
const { createProgress } = require('./set-up/progress');
const { prepare } = require('./set-up/prepare');
const { runMain } = require('./command/run-main');
const { UserError } = require('./command/run-command');

/** As many as ports are kept free for. */
const most = 16;

async function scale() {
  const text = process.argv[2] ?? '';
  const wanted = Number(text);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > most)
    throw new UserError(
      `npm run scale -- N: how many API workers, from 1 to ${most}${text && `, not ${text}`}.`,
    );
  const progress = createProgress();
  await prepare({ need: ['npm'], progress });
  const stack = createLocalStack();
  let now = [];
  await progress.step(
    'scale',
    `to ${wanted} API workers`,
    async () => {
      now = await stack.scaleUnderLoad(wanted, (said) => progress.line('scale', said));
    },
    () =>
      `${now.length} API workers serve on ports ${now
        .map(({ port }) => port)
        .sort()
        .join(', ')}`,
  );
}

void runMain(() => alone(scale));
