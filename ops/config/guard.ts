import fs from 'node:fs';
import path from 'node:path';
import { recordedDataDir } from '../../src/config/config-file';
import { forCaller } from '../../src/command-line/convention';
import { dir, root } from '../local/local-stack';
import { UserError } from '../../tools/command/run-command';
import { edgeOf, isOfEdge } from '../../tools/local-servers/edge';
import { urlsFromEnvironment } from '../../tools/local-servers/server-urls';
import type { Stack } from '../stack/types';
import { differencesOf, externalUrl, type Difference } from './differences';
import { howToKeep } from './keep';

const COLUMNS = 80;

/** @returns lines of at most 80 columns, if the values are not longer than that by themselves */
export function describeDifferences(differences: Difference[]): string[] {
  const width = Math.max(...differences.map(({ name }) => name.length));
  return differences.flatMap(({ name, was, becomes }) => {
    const line = `  ${name.padEnd(width)}  ${was}`;
    const whole = `${line} → ${becomes}`;
    return whole.length <= COLUMNS ? [whole] : [line, `  ${''.padEnd(width)}  → ${becomes}`];
  });
}

/** The data folder of the last start, if that start was another one's and its stack is still there. */
function dataDirDifference(): Difference[] {
  const was = recordedDataDir(root);
  if (was === dir || !fs.existsSync(path.join(was, 'stack.json'))) return [];
  return [{ name: 'DATA_DIR', was: forCaller(was), becomes: forCaller(dir), isGrave: true }];
}

interface Plan {
  stack: Stack;
  apiWorkers: number;
  /** Variables of the shell and of the configuration file. */
  env: Record<string, string>;
  /** The command that changes it. */
  command: 'start' | 'reload' | 'reload nginx';
}

/** Variables as the apps would get them; a server without a URL is the stack's own. */
function plannedVariables({ stack, apiWorkers, env, command }: Plan) {
  const urls = urlsFromEnvironment();
  const before = stack.stackFile.read();
  // A reload starts no servers: those that run stay, unless others are named.
  const kept = (name: 'MONGO_URL' | 'REDIS_URL' | 'AMQP_URL') =>
    command === 'reload' ? externalUrl(before, name) : undefined;
  return {
    ...stack.appEnvironment(apiWorkers, env),
    ...edgeOf(process.env),
    ROLE: stack.role,
    MONGO_URL: urls.mongo ?? kept('MONGO_URL'),
    REDIS_URL: urls.redis ?? kept('REDIS_URL'),
    AMQP_URL: urls.rabbit ?? kept('AMQP_URL'),
  };
}

/** What a command would change of what runs, or of what ran last. */
export function plannedDifferences(plan: Plan): Difference[] {
  const before = plan.stack.stackFile.read();
  const ofVariables = before.env ? differencesOf(before, plannedVariables(plan)) : [];
  const differences = [...dataDirDifference(), ...ofVariables];
  return plan.command === 'reload nginx' ? differences.filter(({ name }) => isOfEdge(name)) : differences;
}

/**
 * Lists what will change before anything does.
 *
 * @throws UserError if data, keys or tokens would be out of reach and `yes` is not given; it names how to keep them
 */
export function guardChanges(plan: Plan & { yes?: boolean; say: (text: string) => void }): void {
  const differences = plannedDifferences(plan);
  if (differences.length === 0) return;
  const { stack, command, yes, say } = plan;
  const lines = describeDifferences(differences);
  const grave = differences.filter(({ isGrave }) => isGrave).map(({ name }) => name);
  if (grave.length === 0 || yes) return ['changes of what runs:', ...lines].forEach(say);
  const keep = howToKeep(grave, stack.stackFile.read()).map((line) => `  ${line}`);
  throw new UserError(
    [
      `This ${command} would change what runs:`,
      ...lines,
      `${grave.join(', ')}: other data, keys, tokens, addresses or limits. Nothing was changed.`,
      '',
      ...(keep.length > 0 ? ['To keep what runs:', ...keep] : []),
      'To change it:',
      `  npx taskfleet ${command} --yes`,
    ].join('\n'),
  );
}
