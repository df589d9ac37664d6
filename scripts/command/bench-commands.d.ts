import type { Command } from '../../src/command-line/convention';

type Flag = { type: 'boolean' };
type Text = { type: 'string' };
type Measured =
  'only' | 'seconds' | 'rounds' | 'workers' | 'connections' | 'balancing' | 'cache' | 'requests';

export const commands: {
  bench: Command<Record<Measured, Text> & Record<'quick' | 'list' | 'save', Flag>>;
  compare: Command;
  plan: Command<Record<'rps' | 'scenario' | 'file', Text>>;
};
