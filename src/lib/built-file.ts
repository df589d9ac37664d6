import path from 'node:path';

const sources = path.join(__dirname, '..');
const build = __filename.endsWith('.ts') ? path.join(sources, '..', 'dist') : sources;

/**
 * The compiled form of a file or folder of the sources, for a thread or a process: also if the tests run this one as
 * TypeScript. A build can lie anywhere.
 */
export const builtFile = (name: string): string => path.join(build, name);
