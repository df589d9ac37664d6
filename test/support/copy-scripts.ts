import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');

/** Makes a clone that has the commands and the packages, and nothing compiled. */
export function copyScripts(clone: string): void {
  mkdirSync(clone, { recursive: true });
  for (const name of ['scripts', 'ops', 'tools', 'src', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(path.join(root, name), path.join(clone, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'));
}
