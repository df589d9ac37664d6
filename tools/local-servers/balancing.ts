'use strict';

const { UserError } = require('../command/run-command');

/** Each has its file in nginx/balancing. */
const methods = ['round-robin', 'least-connections', 'response-time'];

/** @param {string} [name] @returns {import('./stack').Balancing} */
function checkBalancing(name = process.env.BALANCING || methods[0]) {
  const method = methods.find((known) => known === name);
  if (!method) throw new UserError(`BALANCING is "${name}"; it can be ${methods.join(', ')}.`);
  return /** @type {import('./stack').Balancing} */ (method);
}

module.exports = { checkBalancing, methods };
