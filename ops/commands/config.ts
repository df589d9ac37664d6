import { createRequire } from 'node:module';
import path from 'node:path';
import { changeConfigFile, readConfigFile, valueFault } from '../../src/config/config-file';
import { configFaults } from '../../src/config/faults';
import { forCaller } from '../../src/command-line/convention';
import { knownNames, nearestName } from '../../src/config/known-names';
import { configSchema } from '../../src/config/schema';
import { stackSchema } from '../../src/config/stack-variables';
import { z } from 'zod';
import { withLock } from '../../tools/command/lock';
import { runMain } from '../../tools/command/run-main';
import { UsageError, UserError } from '../../tools/command/run-command';
import { configFile, loadConfiguration, rememberDataDir, shell } from '../config/load';

/** The data folder is known only once the file is loaded, and these modules read it at once. */
const load = createRequire(__filename);

const command = {
  call: 'npx taskfleet config',
  about: `Shows the value of each variable and its source: this shell, the configuration file, the stack, or the default. What runs keeps its values until npx taskfleet reload or start.
The file is the one that TASKFLEET_CONFIG names, else taskfleet.env in DATA_DIR. docs/configuration.md lists the variables.`,
  options: {},
  operands: {
    '[set NAME=VALUE…]': 'keeps values in the configuration file; NAME alone keeps the value that runs',
    '[unset NAME…]': 'removes variables from the file',
  },
};

/** The scripts, PM2 and the place of the file itself decide these. */
const notInFile = /^(TASKFLEET_(?!HOST$)\w+|NODE_APP_INSTANCE|NGINX_\w+|API_SERVERS|API_PEERS)$/;

function requireName(name: string) {
  if (!knownNames.includes(name)) {
    const meant = nearestName(name);
    throw new UsageError(`${name || 'NAME'} is no variable.${meant ? ` Did you mean ${meant}?` : ''}`);
  }
  if (name === 'DATA_DIR' && !shell.TASKFLEET_CONFIG)
    throw new UsageError(
      'DATA_DIR is the folder of this file, so set it in the shell: DATA_DIR=/path npx taskfleet start. Later commands find it.',
    );
  if (notInFile.test(name)) throw new UsageError(`${name} cannot be set in the configuration file.`);
}

function runningValue(name: string): string {
  loadConfiguration();
  const { createLocalStack } = load('../local/local-stack.ts') as typeof import('../local/local-stack');
  const { valueToName } = load('../config/keep.ts') as typeof import('../config/keep');
  const { isServer, ownServer } = load('../config/differences.ts') as typeof import('../config/differences');
  const before = createLocalStack().stackFile.read();
  const value = valueToName(name, before);
  if (value) return value;
  if (isServer(name) && before.env?.[name])
    throw new UserError(
      `What runs uses ${ownServer} server, which each start finds without ${name}. To keep it: npx taskfleet config unset ${name}`,
    );
  throw new UserError(`What runs has no ${name}. Write ${name}=VALUE.`);
}

function changesOf(pairs: string[]): Record<string, string> {
  const changes: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    requireName(name);
    const value = at < 0 ? runningValue(name) : pair.slice(at + 1);
    const fault = valueFault(value);
    if (fault) throw new UserError(`${name}: ${fault}.`);
    changes[name] = value;
  }
  return changes;
}

/** Another variable may be missing still: only what is given is judged. */
function requireValid(changes: Record<string, string>) {
  const { DATA_DIR: folder } = changes;
  const faults = folder && !path.isAbsolute(folder) ? ['DATA_DIR: write an absolute path.'] : [];
  for (const schema of [configSchema, stackSchema] as z.ZodObject[]) {
    const given = Object.entries(changes).filter(([name, value]) => value && name in schema.shape);
    const judged = z.object(Object.fromEntries(given.map(([name]) => [name, schema.shape[name]!])));
    faults.push(...configFaults(judged, Object.fromEntries(given)));
  }
  if (faults.length > 0) throw new UserError(`${faults.join('\n')}\nNothing was changed.`);
}

/** The file may be for another host, whose addresses are unknown here: so this is no fault. */
function warnOfRole(changes: Record<string, string>) {
  const { hostFault } = load('../stack/role.ts') as typeof import('../stack/role');
  const { ROLE, HOST } = { ...readConfigFile(configFile()).values, ...changes };
  const isJudged = ROLE === 'workers' && HOST && ('ROLE' in changes || 'HOST' in changes);
  const fault = isJudged && hostFault(HOST);
  if (fault) console.log(`! A start with ROLE=workers refuses this: ${fault}`);
}

/** Two shells may change the file at once. */
const write = (changes: Record<string, string | undefined>) =>
  withLock(`${configFile()}.lock`, { timeoutMs: 10_000 }, async () => writeAlone(changes));

function writeAlone(changes: Record<string, string | undefined>) {
  const file = configFile();
  const { faults } = readConfigFile(file);
  if (faults.length > 0)
    throw new UserError(`${file} cannot be read:\n${faults.join('\n')}\nCorrect it first.`);
  rememberDataDir();
  changeConfigFile(file, changes);
  const names = Object.keys(changes).join(', ');
  console.log(`${forCaller(file)} is written (${names}).`);
  const inShell = Object.keys(changes).filter((name) => shell[name] && shell[name] !== changes[name]);
  if (inShell.length > 0)
    console.log(`This shell sets ${inShell.join(', ')} otherwise, and wins: unset ${inShell.join(' ')}`);
  console.log('What runs keeps its values until npx taskfleet reload or start.');
}

async function config([action, ...args]: string[]) {
  if (action === undefined) {
    loadConfiguration();
    return (load('../config/show.ts') as typeof import('../config/show')).showConfiguration();
  }
  if (action !== 'set' && action !== 'unset')
    throw new UsageError(`Unexpected argument '${action}': it must be one of set, unset.`);
  if (args.length === 0) throw new UsageError(`${action} needs the name of a variable.`);
  if (action === 'unset') {
    // A name that nothing reads may be just what has to go.
    return write(Object.fromEntries(args.map((name) => [name, undefined])));
  }
  const changes = changesOf(args);
  requireValid(changes);
  await write(changes);
  warnOfRole(changes);
}

export const run = (args: string[]) => runMain(args, command, async ({ positionals }) => config(positionals));
