import fs from 'node:fs';
import path from 'node:path';

/**
 * Makes a clone with a build of its own below the project, for what replaces `dist`: workers of other stacks start from
 * there. @param folder removed first @returns its path
 */
export function makeClone(root: string, folder: string): string {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  for (const name of ['ecosystem.config.js', 'dist', 'nginx'])
    fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  for (const name of ['scripts', 'src', 'node_modules'])
    fs.symlinkSync(path.join(root, name), path.join(folder, name));
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    fs.symlinkSync(path.join(root, name), path.join(folder, name));
  return folder;
}
