import path from 'node:path';
import type { Role } from '../../tools/local-servers/stack-file';
import { backupsIn } from '../../src/backup/kept-backups';

/**
 * Folders of a stack whose disks can get full, by the name that metrics and findings give them.
 *
 * @param stack urls: servers that are not the stack's own
 */
export const diskPlaces = ({
  dir,
  appsHome,
  urls = {},
  role = 'all',
}: {
  dir: string;
  appsHome: string;
  urls?: Record<string, string | undefined>;
  role?: Role;
}): Record<string, string> => ({
  ...(!urls.mongo && role === 'all' && { database: path.join(dir, 'mongo', 'data') }),
  ...(!urls.rabbit && role === 'all' && { rabbitmq: path.join(dir, 'rabbit', 'data') }),
  ...(role === 'all' && { nginx: path.join(dir, 'nginx') }),
  backups: backupsIn(dir),
  'server-logs': path.join(dir, 'logs'),
  'app-logs': path.join(appsHome, 'logs'),
});
