import path from 'node:path';

const sources = path.join(__dirname, '..');
const build = __filename.endsWith('.ts') ? path.join(sources, '..', 'dist') : sources;

/** Path of a compiled source file or folder, for a thread or a process; in dist/ if tests run this as TypeScript. */
export const builtFile = (name: string): string => path.join(build, name);
