import fs from 'node:fs';
import { requireConfigFile } from '../../src/config/config-file';
import { forCaller } from '../../src/command-line/convention';
import { findingsOf, type Finding } from '../../src/doctor/finding';
import { plannedDifferences } from '../config/guard';
import { howToKeep } from '../config/keep';
import { configFile, shell, unknownIn } from '../config/load';
import { root, wantedOfShell } from '../local/local-stack';
import type { Stack } from '../stack/types';

const { ok, warning } = findingsOf('Configuration');

function judgeFile(): Finding[] {
  const file = configFile();
  const { exists, values } = requireConfigFile(root, shell);
  if (!exists) return [];
  const unknown = unknownIn(values).map((text) =>
    warning(`${forCaller(file)}: ${text}`, 'Correct or unset the name'),
  );
  const isOpen = (fs.statSync(file).mode & 0o007) !== 0;
  const mode = isOpen
    ? [warning(`Every user can read ${forCaller(file)}`, `chmod o= ${forCaller(file)}`)]
    : [];
  return [...unknown, ...mode];
}

/** A description of a default is no value. */
const quoted = (text: string) => (text.includes(' ') ? `“${text}”` : text);

/** Compares what runs, or ran last, with what the configuration file and this shell say. */
export function examineConfigFile(stack: Stack, isUp: boolean): Finding[] {
  const before = stack.stackFile.read();
  if (!before.env) return judgeFile();
  const differences = plannedDifferences({ stack, command: 'start', ...wantedOfShell() });
  const findings = differences.map(({ name, was, becomes, isGrave }) => {
    const says = `${name} differs: the ${isUp ? 'processes have' : 'last start had'} ${quoted(was)}, the next start takes ${quoted(becomes)}`;
    const keep = howToKeep([name], before).join('; ');
    const take = isGrave ? 'npx taskfleet start --yes' : `npx taskfleet ${isUp ? 'reload' : 'start'}`;
    const change = `To use the new value: ${take}`;
    return warning(says, keep ? `To keep the old value: ${keep}. ${change}` : change);
  });
  return findings.length > 0
    ? [...judgeFile(), ...findings]
    : [
        ...judgeFile(),
        ok(`the configuration file and this shell agree with ${isUp ? 'what runs' : 'what ran last'}`),
      ];
}
