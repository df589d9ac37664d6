import path from 'node:path';

/** Folder of the clone. */
export const root = path.resolve(__dirname, '..', '..');
export const benchFolder = path.join(root, '.local', 'bench');
/** Results of this host. */
export const OWN_FOLDER = path.join(benchFolder, 'results');
/** Results that are kept in git. */
export const KEPT_FOLDER = path.join(root, 'bench', 'results');
