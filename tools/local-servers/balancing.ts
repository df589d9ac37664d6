// @ts-nocheck
import { UserError } from '../command/run-command';

/** Each has its file in nginx/balancing. */
export const methods = ['round-robin', 'least-connections', 'response-time'];

export function checkBalancing(
  name: string = process.env.BALANCING || methods[0],
): import('./types').Balancing {
  const method = methods.find((known) => known === name);
  if (!method) throw new UserError(`BALANCING is "${name}"; it can be ${methods.join(', ')}.`);
  return method as import('./types').Balancing;
}
