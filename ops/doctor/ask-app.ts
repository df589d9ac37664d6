// @ts-nocheck
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findingsOf } from './finding';
import { runCommand } from '../../tools/command/run-command';

/** The processes' own part takes up to 4 s, and a start of Node. */
const limitMs = 8_500;

/**
 * What the app itself finds (src/cli/doctor.ts), in a process of its own: with this environment alone, and whatever
 * dist is worth.
 */
export async function askApp({
  root,
  env,
  only,
}: {
  root: string;
  env: NodeJS.ProcessEnv;
  only?: 'configuration';
}): Promise<import('./finding').Finding[]> {
  const { error } = findingsOf('Servers');
  const command = path.join(root, 'dist', 'cli', 'doctor.js');
  if (!fs.existsSync(command)) return [error("They weren't asked: nothing is built yet", 'npm start')];
  const args = only ? [`--${only}`] : [];
  const result = await runCommand(process.execPath, [command, ...args], {
    cwd: root,
    env,
    timeoutMs: limitMs,
  });
  try {
    return result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    const said = result.stderr.trim().split('\n').at(-1);
    const cure =
      result.code === -1
        ? `Once more, when this machine has less to do (its load is ${Math.round(os.loadavg()[0])})`
        : 'npm run reload, which builds anew';
    return [error(`They weren't asked: ${said || 'no answer'}`, cure)];
  }
}
