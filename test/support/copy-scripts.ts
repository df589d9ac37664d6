import { cpSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');

/** Copies what the commands need before anything is installed or compiled. */
export function copyScripts(clone: string): void {
  for (const folder of ['scripts', 'src/command-line', 'src/lib'])
    cpSync(path.join(root, folder), path.join(clone, folder), { recursive: true });
}
