import { createHash } from 'node:crypto';
import { fromText, isAsInBackup, SESSIONS, type Dump, type Stored } from '../infra/mongo/dump';
import type { Migrations } from '../infra/mongo/migrations';
import { readBackup, totalOf, type Counts, type Header } from './backup-format';

/** Number and digest of the records of a collection, whatever their order. */
export interface Content {
  count: number;
  digest: bigint;
}

interface RestoreOptions {
  dump: Dump;
  migrations: Pick<Migrations, 'names' | 'whileNotMigrating'>;
  file: string;
  /** Keys of an encrypted file. */
  keys?: string[];
  /** Name of the database, if its present content may be deleted. */
  empty?: string;
  /** Creates the indexes that suit any data, while the collections are empty. */
  prepareEmpty: () => Promise<void>;
  /** Migrates the data to this version and creates the missing indexes. */
  prepare: () => Promise<void>;
  /** Ends what workers have cached: before the data goes, and again at the end for workers that served meanwhile. */
  forgetCached: () => Promise<void>;
  onProgress?: (done: number, total: number) => void;
  /** Called just before the database changes. */
  onBegin?: () => void;
  /** Called when all records are there, before migrations change them. @param contents of the file by collection */
  onRestored?: (contents: Map<string, Content>) => Promise<void>;
  signal?: AbortSignal;
}

const SIZE = 2n ** 256n;

/** Adds a record. The sum of hashes depends on no order, and two equal records do not cancel each other. */
export function addRecord(content: Content | undefined, text: string): Content {
  const hash = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
  return { count: (content?.count ?? 0) + 1, digest: ((content?.digest ?? 0n) + hash) % SIZE };
}

const BATCH_DOCUMENTS = 1_000;
const BATCH_CHARACTERS = 8 * 1024 * 1024;

/** Restores all but the sessions. Reads the file twice: it writes nothing before it knows that the file is whole. */
export async function restoreBackup(options: RestoreOptions): Promise<{ header: Header; counts: Counts }> {
  const { dump, migrations, file, keys, empty, onBegin = () => {}, signal } = options;
  const checked = await readBackup(file, () => signal?.throwIfAborted(), keys);
  await refuseNewer(checked.header, await migrations.names());
  await requireEmpty(dump, empty);
  await migrations.whileNotMigrating(async (lost) => {
    await requireEmpty(dump, empty);
    signal?.throwIfAborted();
    // First, so that no worker shows what the database no longer holds, whatever fails afterwards.
    await options.forgetCached();
    signal?.throwIfAborted();
    onBegin();
    await dump.dropAll();
    await options.prepareEmpty();
    const end = AbortSignal.any([lost, ...(signal ? [signal] : [])]);
    const contents = await insertAll(options, totalOf(checked.counts), end);
    await compare(dump, checked.counts);
    await options.onRestored?.(contents);
    await dump.letUsersIn();
  });
  await options.prepare();
  await options.forgetCached();
  const { [SESSIONS]: _, ...counts } = checked.counts;
  return { header: checked.header, counts };
}

async function refuseNewer({ migrations }: Header, known: string[]): Promise<void> {
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(
    `This backup is from a newer taskfleet: ${unknown.join(', ')} is unknown here. Restore it with that version.`,
  );
}

async function requireEmpty(dump: Dump, empty: string | undefined): Promise<void> {
  if (empty === dump.database) return;
  if (empty !== undefined)
    throw new Error(
      `--empty names ${empty}, but the database is ${dump.database}. The restore had no effect.`,
    );
  const there = Object.entries(await dump.contents()).map(([name, size]) => `${size} in ${name}`);
  if (there.length === 0) return;
  throw new Error(`The database ${dump.database} is not empty (${there.join(', ')}). The restore had no effect.
Set MONGO_URL to another one, or add --empty ${dump.database} to delete its present content.`);
}

/** @returns what was inserted of each collection, if `onRestored` asks for it */
async function insertAll(options: RestoreOptions, total: number, end: AbortSignal) {
  const { dump, file, keys, onProgress = () => {} } = options;
  const contents = new Map<string, Content>();
  let batch: { name: string; documents: Stored[]; size: number } = { name: '', documents: [], size: 0 };
  let done = 0;
  const flush = async (name: string) => {
    end.throwIfAborted();
    if (batch.documents.length > 0) await dump.insert(batch.name, batch.documents);
    onProgress((done += batch.documents.length), total);
    batch = { name, documents: [], size: 0 };
  };
  const insert = async (line: string) => {
    const { collection, document } = fromText(line) as { collection: string; document: Stored };
    if (options.onRestored) contents.set(collection, addRecord(contents.get(collection), line));
    const isFull = batch.documents.length >= BATCH_DOCUMENTS || batch.size >= BATCH_CHARACTERS;
    if (isFull || collection !== batch.name) await flush(collection);
    batch.documents.push(document);
    batch.size += line.length;
  };
  await readBackup(file, insert, keys);
  await flush('');
  return contents;
}

async function compare(dump: Dump, expected: Counts): Promise<void> {
  const [found, expiring] = [await dump.counts(), await dump.expiring()];
  const wrong = Object.entries(expected).filter(([name, size]) => {
    const difference = (found[name] ?? 0) - size;
    // MongoDB removes what has expired since the backup.
    return isAsInBackup(name) && difference !== 0 && !(difference < 0 && expiring.includes(name));
  });
  if (wrong.length === 0) return;
  const faults = wrong.map(([name, size]) => `${name}: ${found[name] ?? 0} instead of ${size}`);
  throw new Error(
    `The database differs from the backup: ${faults.join(', ')}. Did another process write meanwhile?`,
  );
}
