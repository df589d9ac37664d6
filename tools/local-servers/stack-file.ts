// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';

/**
 * What runs where, for people and scripts. It holds secrets' places and URLs with passwords: mode 600.
 *
 * @param dir the stack's folder
 */
export function createStackFile(dir: string) {
  const file = path.join(dir, 'stack.json');

  /** @returns empty if there is none, or a broken one */
  function read(): Record<string, any> {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8'));
    } catch (error) {
      if (error instanceof SyntaxError || error.code === 'ENOENT') return {};
      throw error;
    }
  }

  /** @param changes merged at the top level */
  function update(changes: Record<string, any>) {
    const next = { ...read(), ...changes };
    const temporary = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(temporary, file);
    return next;
  }

  return { file, read, update };
}
