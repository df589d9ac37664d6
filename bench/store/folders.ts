import path from 'node:path';
import { root } from '../../tools/command/root';

export const benchFolder = path.join(root, '.local', 'bench');
/** Results of this host. */
export const OWN_FOLDER = path.join(benchFolder, 'results');
/** Results that are kept in git. */
export const KEPT_FOLDER = path.join(root, 'bench', 'results');
