import fs from 'node:fs';
import path from 'node:path';

/** Description and cure of each errno(3) code. */
const faults: Record<string, [what: string, cure: (file?: string) => string]> = {
  EACCES: ['permission denied', permissionCure],
  EPERM: ['not permitted', permissionCure],
  ENOENT: ['no such file or folder', () => 'Check the path.'],
  ENOTDIR: ['a part of this path is a file, not a folder', () => 'Check the path.'],
  EISDIR: ['a folder, not a file', () => 'Name a file.'],
  EEXIST: ['there already', () => 'Move it away, or name another.'],
  ENOTEMPTY: ['a folder that is not empty', () => 'Move it away, or name another.'],
  ENAMETOOLONG: ['the path is too long', () => 'Use a folder with a shorter path.'],
  ELOOP: ['links that lead in a circle', () => 'Remove one of them.'],
  EROFS: ['the file system is read-only', () => 'Mount it writable, or use a folder elsewhere.'],
  ENOSPC: ['no space left on the disk', () => 'Free some space, then run the same command again.'],
  EDQUOT: ['your disk quota is used up', () => 'Free some space, then run the same command again.'],
  EFBIG: ['the file is too large for this file system', () => 'Use a folder elsewhere.'],
  EMFILE: ['too many open files', () => 'Raise the limit (ulimit -n 4096), then run the same command again.'],
  ENFILE: [
    'too many open files on this machine',
    () => 'End other programs, then run the same command again.',
  ],
  ETXTBSY: ['the program is being written or run', () => 'Run the same command again in a moment.'],
  EBUSY: ['in use', () => 'End what uses it, then run the same command again.'],
  EIO: ['the disk reports an error', () => 'Check the disk.'],
};

/** Fields of a file system error of Node. */
type Fault = Partial<Record<'code' | 'syscall' | 'path' | 'dest' | 'address', string>>;

/**
 * Explains an error of the file system in one line that ends in the cure.
 *
 * @returns undefined for any other error
 */
export function explainFault(error: unknown): string | undefined {
  const { code = '', syscall, path: file, dest, address }: Fault = error ?? {};
  const fault = Object.hasOwn(faults, code) ? faults[code] : undefined;
  if (!fault || typeof syscall !== 'string') return undefined;
  const [what, cure] = fault;
  // Errors of unix sockets carry the path as `address`.
  const place = dest && code !== 'ENOENT' ? dest : (file ?? address);
  return `${place ? `${place}: ` : ''}${what} (${syscall.split(' ')[0]}, ${code}). ${cure(place)}`;
}

/** Names the owner: usually an earlier command ran as root, and now another user runs one. */
function permissionCure(file?: string) {
  const uid = process.getuid?.();
  const owned = file && nearest(path.resolve(file));
  if (!owned || uid === undefined || owned.uid === uid)
    return 'Give yourself the permission (chmod u+rwX), or use a folder elsewhere.';
  const [owner, user] = [nameOf(owned.uid), nameOf(uid)];
  return `${owned.folder} belongs to ${owner}, and this command runs as ${user}: run it as ${owner}, or use a clone of your own.`;
}

/** Returns the file, or its closest ancestor that can be read. */
function nearest(file: string) {
  for (let folder = file; ; folder = path.dirname(folder)) {
    try {
      return { folder, uid: fs.statSync(folder).uid };
    } catch {
      if (folder === path.dirname(folder)) return undefined;
    }
  }
}

const nameOf = (uid: number) => (uid === 0 ? 'root' : `user ${uid}`);
