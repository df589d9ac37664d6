import path from 'node:path';
import { root } from './root';

/** Arguments of Node that let it run a file of TypeScript. */
export const typescript = ['-r', path.join(root, 'scripts', 'bootstrap.js')];
