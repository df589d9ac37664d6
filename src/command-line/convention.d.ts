import type { parseArgs, ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Command<T extends Options = Options> {
  usage: string;
  /** The options of `parseArgs` (node:util); `help` is added. */
  options?: T;
  /** Maximum number of arguments besides the options; default 0. */
  most?: number;
  /** Values that these arguments may have. */
  among?: readonly string[];
}

export type Given<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>;

export class UserError extends Error {}
export class UsageError extends UserError {}
export function outlastReaders(): void;
export function readArguments<T extends Options>(command: Command<T>, args?: string[]): Given<T> | undefined;
export function describeFailure(error: unknown, usage: string): { text?: string; status: 1 | 2 };
export function shellQuoted(text: string): string;
export function fromCaller(file: string): string;
export function forCaller(file: string): string;
