import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../command-line/convention';
import { fromText } from '../infra/mongo/dump';
import { messageOf } from '../lib/error-code';
import { DamagedBackupError, readBackup, totalOf, type Counts } from './backup-format';
import { setAside } from './kept-backups';

interface Written {
  /** Name that the file is to get. */
  file: string;
  keys?: string[];
  /** What was written of each collection. */
  written: Counts;
  onCheck?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Reads a file back as a restore does, to the last value, and counts.
 *
 * @param part its path until it gets its name
 * @throws UserError if it is not what was written; the file is then kept beside for a look
 */
export async function checkWritten(
  part: string,
  { file, keys, written, onCheck = () => {}, signal }: Written,
): Promise<void> {
  const found: Counts = Object.fromEntries(Object.keys(written).map((name) => [name, 0]));
  const total = totalOf(written);
  let done = 0;
  const count = (line: string) => {
    signal?.throwIfAborted();
    const name = collectionOf(part, line);
    found[name] = (found[name] ?? 0) + 1;
    onCheck((done += 1), total);
  };
  try {
    await readBackup(part, count, keys);
    if (!isDeepStrictEqual(found, written))
      throw new DamagedBackupError(part, 'its counts are not those that were written');
  } catch (error) {
    if (!(error instanceof DamagedBackupError)) throw error;
    throw new UserError(
      `The backup was written but cannot be read back: ${error.reason}. It does not count as a backup.
${await setAside(part, file)} keeps it for a look; earlier backups stay.
Check the disk and the memory of this host, then run the same command again.`,
      { cause: error },
    );
  }
}

function collectionOf(part: string, line: string): string {
  try {
    return (fromText(line) as { collection: string }).collection;
  } catch (error) {
    throw new DamagedBackupError(part, `a line is no document (${messageOf(error)})`);
  }
}
