import { fromText, NOTICES, type Dump, type Stored } from '../infra/mongo/dump';
import type { Migrations } from '../infra/mongo/migrations';
import { readBackup, totalOf, type Counts, type Header } from './backup-format';

interface RestoreOptions {
  dump: Dump;
  migrations: Pick<Migrations, 'names' | 'whileNotMigrating'>;
  file: string;
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
  signal?: AbortSignal;
}

const BATCH_DOCUMENTS = 1_000;
const BATCH_CHARACTERS = 8 * 1024 * 1024;

/** Reads the file twice: it writes nothing before it knows that the file is whole. */
export async function restoreBackup(options: RestoreOptions): Promise<{ header: Header; counts: Counts }> {
  const { dump, migrations, file, empty, onBegin = () => {}, signal } = options;
  const checked = await readBackup(file, () => signal?.throwIfAborted());
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
    await insertAll(options, totalOf(checked.counts), end);
    await compare(dump, checked.counts);
  });
  await options.prepare();
  await options.forgetCached();
  return checked;
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

async function insertAll(options: RestoreOptions, total: number, end: AbortSignal): Promise<void> {
  const { dump, file, onProgress = () => {} } = options;
  let batch: { name: string; documents: Stored[]; size: number } = { name: '', documents: [], size: 0 };
  let done = 0;
  const flush = async (name: string) => {
    end.throwIfAborted();
    if (batch.documents.length > 0) await dump.insert(batch.name, batch.documents);
    onProgress((done += batch.documents.length), total);
    batch = { name, documents: [], size: 0 };
  };
  await readBackup(file, async (line) => {
    const { collection, document } = fromText(line) as { collection: string; document: Stored };
    const isFull = batch.documents.length >= BATCH_DOCUMENTS || batch.size >= BATCH_CHARACTERS;
    if (isFull || collection !== batch.name) await flush(collection);
    batch.documents.push(document);
    batch.size += line.length;
  });
  await flush('');
}

async function compare(dump: Dump, expected: Counts): Promise<void> {
  const found = await dump.counts();
  const wrong = Object.entries(expected).filter(
    ([name, size]) => name !== NOTICES && (found[name] ?? 0) !== size,
  );
  if (wrong.length === 0) return;
  const faults = wrong.map(([name, size]) => `${name}: ${found[name] ?? 0} instead of ${size}`);
  throw new Error(
    `The database differs from the backup: ${faults.join(', ')}. Did another process write meanwhile?`,
  );
}
