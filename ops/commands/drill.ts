import path from 'node:path';
import { createProgress } from '../../tools/command/progress';
import { drills, type DrillOptions } from '../drill/drills';
import { dir } from '../drill/own-stack';
import { runMain } from '../../tools/command/run-main';
import { UsageError } from '../../tools/command/run-command';
import { withLock } from '../../tools/command/lock';

const usage = `npm run drill [-- kill | reload | scale | jobs | odd | overload] [options]

  kill     kills each process with -9 under load: how long until all is served
           again, and whether anything is lost (3 minutes)
  reload   20 reloads and three builds to refuse, under 48 connections
           (10 minutes); --reloads N: fewer or more of them
  scale    1 to 4 API workers and back, and to six, under load (5 minutes)
  jobs     the same jobs with one job worker and with two (1 minute)
  odd      200 odd requests a second, beside which the plain requests of another
           member must stay as quick as before (2 minutes)
  overload more than the stack can do, at fixed rates that wait for no answer:
           reads stay quick and the rest is refused at once (5 minutes);
           --only NAME,…: some of its parts, which are writes, passwords,
           retries, mixed, slowed and notices; --seconds N: how long each
           overload lasts (10). Latencies over time: .local/drill/overload.html

Without a name: kill.

On a stack of its own, beside what runs; nothing of it is left.
`;

/** The parts of `overload`, in the order in which they run. */
const parts = ['writes', 'passwords', 'retries', 'mixed', 'slowed', 'notices'];

function wholeNumber(name: string, text: string) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 100) return number;
  throw new UsageError(`--${name} ${text}: a whole number from 1 to 100 is needed.`);
}

function partsOf(text: string) {
  const only = text.split(',');
  const unknown = only.find((name) => !parts.includes(name));
  if (unknown === undefined) return parts.filter((name) => only.includes(name));
  throw new UsageError(`--only ${text}: '${unknown}' must be one of ${parts.join(', ')}.`);
}

async function drill(name: string, options: DrillOptions) {
  const faults = (await drills[name]?.(createProgress(), options)) ?? [];
  for (const fault of faults) console.log(`✗ ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('Every promise held.');
}

const text = { type: 'string' as const };
const command = {
  usage,
  options: { reloads: text, only: text, seconds: text },
  most: 1,
  among: Object.keys(drills),
};
export const run = (args: string[]) =>
  runMain(args, command, async ({ values, positionals: [name = 'kill'] }) => {
    const options = {
      reloads: wholeNumber('reloads', values.reloads ?? '20'),
      seconds: wholeNumber('seconds', values.seconds ?? '10'),
      only: partsOf(values.only ?? parts.join()),
    };
    await withLock(path.join(dir, 'drill.lock'), { timeoutMs: 60_000 }, () => drill(name, options));
  });
