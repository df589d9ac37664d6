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

/** One promise about sessions: adds a fault if it did not hold. */
export type Part = (context: PartContext) => Promise<void>;

/** API workers of the stack. */
export const apiWorkers = 4;
export const connections = 48;

export const logOut = (token: string): Request => ({
  method: 'POST',
  path: '/users/logout',
  headers: { authorization: `Bearer ${token}` },
});
