import path from 'node:path';

/** Arguments of Node that let it run a file of TypeScript. */
export const typescript = ['-r', path.join(__dirname, '..', '..', 'scripts', 'bootstrap.js')];
