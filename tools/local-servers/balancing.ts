import { UserError } from '../command/run-command';
import type { Balancing } from './types';

/** Methods of balancing; each has its file in nginx/balancing. */
export const methods = ['round-robin', 'least-connections', 'response-time'] as const;

/** @throws UserError if NGINX knows no such method */
export function checkBalancing(name: string = process.env.BALANCING || methods[0]): Balancing {
  const method = methods.find((known) => known === name);
  if (!method) throw new UserError(`BALANCING is "${name}"; it can be ${methods.join(', ')}.`);
  return method;
}
