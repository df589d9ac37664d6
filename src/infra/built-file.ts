import path from 'node:path';

/**
 * The JavaScript of a file of this folder, for a thread or a process: also if the tests run this one as TypeScript. A
 * build can lie anywhere.
 */
export const builtFile = (name: string): string =>
  __filename.endsWith('.ts')
    ? path.join(__dirname, '..', '..', 'dist', 'infra', name)
    : path.join(__dirname, name);
