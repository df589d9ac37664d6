import type { Lock } from '../infra/mongo/lock';
import { isAsInBackup, toText, type Dump } from '../infra/mongo/dump';
import { totalOf, type Header } from './backup-format';
import { addRecord, restoreBackup, type Content } from './restore-backup';

/** Lock in the scratch database, which shows as well that the database is one. */
export const REHEARSAL = 'rehearsal';
/** MongoDB allows a name 63 bytes. */
const LONGEST = 63 - REHEARSAL.length - 1;

/** Name of the scratch database for a database. */
export const scratchOf = (database: string): string => `${database.slice(0, LONGEST)}_${REHEARSAL}`;

type RestoreOptions = Parameters<typeof restoreBackup>[0];

interface RehearsalOptions extends Omit<RestoreOptions, 'empty' | 'forgetCached' | 'onRestored'> {
  /** Reads and writes the scratch database. */
  dump: Dump;
  lock: Pick<Lock, 'attempt' | 'holder'>;
  onComparing?: () => void;
}

export interface Rehearsal {
  header: Header;
  records: number;
  /** Records that MongoDB removed meanwhile, since they had expired. */
  expired: number;
  /** What a restore takes: without the comparison. */
  restoreMs: number;
}

/**
 * Restores a backup into the scratch database, compares every record, and empties the database again. What a killed
 * rehearsal left is removed first.
 */
export async function rehearseRestore(options: RehearsalOptions): Promise<Rehearsal> {
  const { dump, lock, signal } = options;
  await requireScratch(dump);
  const results: Rehearsal[] = [];
  await lock.attempt(async (lost) => {
    const end = AbortSignal.any([lost, ...(signal ? [signal] : [])]);
    try {
      results.push(await restoreAndCompare({ ...options, signal: end }));
    } catch (error) {
      // The next rehearsal removes what stays if MongoDB is away.
      await dump.removeAll().catch(() => {});
      throw error;
    }
    await dump.removeAll();
  });
  const [rehearsal] = results;
  if (rehearsal) return rehearsal;
  throw new Error(`Another rehearsal is under way (${(await lock.holder()) ?? 'it has just ended'}).
Wait for it. If it was killed, its lock ends within 15 seconds; then run the same command again.`);
}

/** A database of that name which holds data of others stays as it is. */
async function requireScratch(dump: Dump): Promise<void> {
  if (await dump.wasLocked(REHEARSAL)) return;
  const names = Object.keys(await dump.contents());
  if (names.length === 0) return;
  throw new Error(`A rehearsal needs the database ${dump.database} for itself, but that holds ${names.join(', ')}.
The rehearsal had no effect. Drop that database if nobody needs it.`);
}

async function restoreAndCompare(options: RehearsalOptions): Promise<Rehearsal> {
  const { dump, onComparing = () => {}, signal } = options;
  let [expired, compareMs] = [0, 0];
  const began = performance.now();
  const { header, counts } = await restoreBackup({
    ...options,
    empty: dump.database,
    // No worker reads this database.
    forgetCached: async () => {},
    async onRestored(contents) {
      const since = performance.now();
      onComparing();
      expired = await compareContents(dump, contents, signal);
      compareMs = performance.now() - since;
    },
  });
  return { header, records: totalOf(counts), expired, restoreMs: performance.now() - began - compareMs };
}

/** @returns the number of records that are missing because they have expired */
async function compareContents(
  dump: Dump,
  contents: Map<string, Content>,
  signal?: AbortSignal,
): Promise<number> {
  const expiring = await dump.expiring();
  let expired = 0;
  for (const [name, { count, digest }] of contents) {
    if (!isAsInBackup(name)) continue;
    let found: Content = { count: 0, digest: 0n };
    for await (const document of dump.read(name)) {
      signal?.throwIfAborted();
      found = addRecord(found, toText({ collection: name, document }));
    }
    if (found.count === count && found.digest === digest) continue;
    if (found.count >= count || !expiring.includes(name))
      throw new Error(
        `The restored ${name} differ from the backup: ${found.count} records of ${count}, or others.`,
      );
    expired += count - found.count;
  }
  return expired;
}
