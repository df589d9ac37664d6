import type { Command } from './convention';

type Flag = { type: 'boolean' };
type Text = { type: 'string' };

export const commands: {
  admin: Command<
    Record<'email' | 'username' | 'name' | 'password-file' | 'promote', Text> & { 'if-none': Flag }
  >;
  migrate: Command;
  backup: Command<{ 'no-snapshot': Flag }>;
  restore: Command<{ empty: Text; 'while-serving': Flag }>;
  seed: Command<Record<'users' | 'tasks' | 'seed' | 'password', Text>>;
  'dead-letters': Command<Record<'retry' | 'discard', Flag>>;
  'log-level': Command;
};
