import type { Progress } from '../../../tools/command/progress';
import type { Request } from '../../../tools/load/connections';
import type { Stack } from '../../stack/types';
import type { Account } from '../load';

export interface PartContext {
  progress: Progress;
  stack: Stack;
  /** The Admin. */
  account: Account;
  url: string;
  faults: string[];
  /** A cached read with the token of a log-in of the Admin. */
  read: Request;
  userId: string;
  /** Makes tokens of sessions of the Admin, without a log-in each. */
  newTokens: (number: number) => string[];
}

/** Some promises about sessions. */
export interface Part {
  /** API workers that it needs. */
  apiWorkers: number;
  /** Adds a fault for each promise that did not hold. */
  measure: (context: PartContext) => Promise<void>;
}

/** Promise: so long after a session has ended, no API worker accepts a token of it. */
export const promisedMs = 1_000;
export const connections = 48;

export const logOut = (token: string): Request => ({
  method: 'POST',
  path: '/users/logout',
  headers: { authorization: `Bearer ${token}` },
});
