'use strict';

const { alone, createLocalStack } = require('./local/local-stack');
const { createProgress } = require('./set-up/progress');
const { runMain } = require('./command/run-main');

void runMain(() =>
  alone(async () => {
    const progress = createProgress();
    const stack = createLocalStack();
    await progress.step(
      'apps',
      'stopping',
      () => stack.stopApps(),
      () => 'stopped',
    );
    await progress.step(
      'servers',
      'stopping',
      () => stack.stop(),
      () => 'stopped; the data stays in .local',
    );
  }),
);
