'use strict';

const path = require('node:path');
const { createStack } = require('../stack/stack');
const { pickAppVariables } = require('../stack/app-environment');
const { withLock } = require('../set-up/lock');

const root = path.resolve(__dirname, '..', '..');
const dir = path.join(root, '.local');

/** The stack of `npm start`: its apps run under the person's own PM2. @param {(text: string) => void} say */
function createLocalStack(say = (text) => console.log(text)) {
  const basePorts = { nginx: 3000, metrics: 9464, api: Number(process.env.BASE_PORT) || 4001 };
  return createStack({ root, dir, basePorts, ownPm2: true, say });
}

/** Commands that change the local stack wait for each other. @template T @param {() => Promise<T>} work */
function alone(work) {
  const onWait = (owner) => console.log(`Another command (${owner}) is changing this stack: waiting for it.`);
  return withLock(path.join(dir, 'stack.lock'), { timeoutMs: 60 * 60_000, onWait }, work);
}

/** What this shell says about the app; servers and ports are the stack's business. */
function appVariablesOfShell() {
  const {
    MONGO_URL: _m,
    REDIS_URL: _r,
    AMQP_URL: _a,
    BASE_PORT: _b,
    HOST: _h,
    ...env
  } = pickAppVariables(process.env);
  return env;
}

/** Held by `npm run supervise`. */
const supervisorLock = path.join(dir, 'supervise.lock');

module.exports = { alone, appVariablesOfShell, createLocalStack, dir, root, supervisorLock };
