import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { findingsOf, type Finding } from '../../src/doctor/finding';
import { runCommand } from '../../tools/command/run-command';

/** The command itself takes up to 4 s, beside the start of Node. */
const limitMs = 8_500;

interface Question {
  root: string;
  /** The whole environment of the command. */
  env: NodeJS.ProcessEnv;
  only?: 'configuration';
}

const findingSchema = z.object({
  group: z.string(),
  level: z.enum(['ok', 'warning', 'error']),
  says: z.string(),
  cure: z.string().optional(),
});

/**
 * Runs src/cli/doctor.ts of the build in a process of its own, so that a broken build or environment becomes a finding.
 */
export async function askApp({ root, env, only }: Question): Promise<Finding[]> {
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
      .map((line) => findingSchema.parse(JSON.parse(line)));
  } catch {
    const said = result.stderr.trim().split('\n').at(-1);
    const cure =
      result.code === -1
        ? `Once more, when this machine has less to do (its load is ${Math.round(os.loadavg()[0] ?? 0)})`
        : 'npm run reload, which builds anew';
    return [error(`They weren't asked: ${said || 'no answer'}`, cure)];
  }
}
