import os from 'node:os';
import path from 'node:path';
import { ownUid } from '../lib/private-folder';

/** The default of RUN_DIR, the folder in which the processes of one installation on a host meet. */
export const defaultRunDir = (basePort: number): string =>
  path.join(os.tmpdir(), `taskfleet-run-${ownUid}-${basePort}`);
