import os from 'node:os';
import path from 'node:path';
import { readConfigFile } from '../../src/config/config-file';
import { forCaller } from '../../src/command-line/convention';
import { shortened } from '../../src/lib/shortened';
import { misspelled } from '../../src/config/known-names';
import { defaultValueOf, knownVariables, shownValue } from '../../src/config/shown-value';
import { createLocalStack, dir, root, wantedOfShell } from '../local/local-stack';
import { keysFile } from '../stack/token-keys';
import type { Stack } from '../stack/types';
import { keys, ownServer } from './differences';
import { describeDifferences, plannedDifferences } from './guard';
import { configFile, shell } from './load';

const COLUMNS = 80;

interface Row {
  name: string;
  value: string;
  from: 'shell' | 'file' | 'stack' | 'default';
}

/** Scripts and PM2 set these; those of containers alone have no meaning here. */
const isHere = ({ name, readBy }: { name: string; readBy: string }) =>
  !/^(TASKFLEET_(TRIAL|RELEASE|DIR|STACK)|NODE_APP_INSTANCE)$/.test(name) && !readBy.startsWith('containers');

/** @param ofStack variables that the stack chooses itself */
export function rowsOf(
  ofShell: NodeJS.ProcessEnv,
  ofFile: Record<string, string>,
  ofStack: Record<string, string>,
): Row[] {
  return [...knownVariables.values()].filter(isHere).map(({ name }) => {
    const row = (from: Row['from'], value: string) => ({ name, value: shownValue(name, value), from });
    if (ofShell[name]) return row('shell', ofShell[name]);
    if (ofFile[name]) return row('file', ofFile[name]);
    return ofStack[name]
      ? row('stack', ofStack[name])
      : { name, value: defaultValueOf(name), from: 'default' };
  });
}

/** A long value is cut; `from` stays readable in a terminal of 80 columns. */
export function tableOf(rows: Row[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const room = COLUMNS - width - 2 - 2 - 'default'.length;
  return rows.map(
    ({ name, value, from }) => `${name.padEnd(width)}  ${shortened(value, room).padEnd(room)}  ${from}`,
  );
}

/** Variables that the next start chooses itself, for people. */
function choicesOf(stack: Stack, apiWorkers: number, env: Record<string, string>): Record<string, string> {
  const chosen = stack.choices(apiWorkers, env);
  const servers = ['MONGO_URL', 'REDIS_URL', 'AMQP_URL'].map((name) => [name, chosen[name] || ownServer]);
  const { pm2Home } = stack.info();
  return {
    ...chosen,
    ...(Object.fromEntries(servers) as Record<string, string>),
    ...(!keys.some((name) => env[name]) && { JWT_SECRETS_FILE: keysFile(dir) }),
    ...(dir !== path.join(root, '.local') && { DATA_DIR: dir }),
    ...(pm2Home !== path.join(os.homedir(), '.pm2') && { PM2_HOME: pm2Home }),
  };
}

export function showConfiguration(): void {
  const stack = createLocalStack();
  const plan = { stack, command: 'start' as const, ...wantedOfShell() };
  const file = configFile();
  const { exists, values } = readConfigFile(file);
  console.log(`Configuration file  ${forCaller(file)}${exists ? '' : ' (none yet)'}`);
  console.log(`Data folder         ${forCaller(dir)}\n`);
  const ofStack = choicesOf(stack, plan.apiWorkers, plan.env);
  console.log(tableOf(rowsOf(shell, values, ofStack)).join('\n'));
  for (const { name, meant } of misspelled(shell))
    console.log(`! ${name} is set, but no process reads it. Did you mean ${meant}?`);
  const differences = plannedDifferences(plan);
  if (differences.length > 0)
    console.log(
      `\nThe next npx taskfleet start changes what runs:\n${describeDifferences(differences).join('\n')}`,
    );
}
