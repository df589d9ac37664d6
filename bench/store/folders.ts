import path from 'node:path';

/** Of the clone. */
export const root = path.resolve(__dirname, '..', '..');
export const benchFolder = path.join(root, '.local', 'bench');
/** Results of this machine. */
export const OWN_FOLDER = path.join(benchFolder, 'results');
/** In git's reach: those that came with the project. */
export const KEPT_FOLDER = path.join(root, 'bench', 'results');
/** In the order in which one is looked for. */
export const RESULT_FOLDERS = [OWN_FOLDER, KEPT_FOLDER];
