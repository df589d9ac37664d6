import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isAlive } from '../lib/is-alive';
import type { ClientSession } from '../infra/mongo/mongo';
import { toText, type Dump } from '../infra/mongo/dump';
import type { Migrations } from '../infra/mongo/migrations';
import { headerOf, totalOf, withEnds, type Counts } from './backup-format';
import { checkWritten } from './check-written';
import { encrypting } from './encryption';
import { isMadeName } from './kept-backups';

interface BackupOptions {
  dump: Dump;
  migrations: Pick<Migrations, 'applied'>;
  file: string;
  /** False reads the collections one after another, while others write. */
  atOneMoment?: boolean;
  /** Encrypts with the first. */
  keys?: string[];
  onProgress?: (done: number, total: number) => void;
  /** Called when the file is written, before it is read back. @param part its path until then */
  onWritten?: (part: string) => void | Promise<void>;
  onCheck?: (done: number, total: number) => void;
  /** An abort removes the unfinished file. */
  signal?: AbortSignal;
}

/** Length of the parts handed to gzip: a single line is hardly worth the call. */
const CHUNK = 64 * 1024;
/** A part that has not grown for this long is abandoned. */
const GROWS_MS = 60_000;

/** Writes all data into one file, which appears only when it is whole and was read back. */
export async function writeBackup(options: BackupOptions) {
  const { dump, migrations, file, atOneMoment = true, keys = [], signal } = options;
  if (existsSync(file)) throw new Error(`${file} already exists: choose another file.`);
  await mkdir(path.dirname(file), { recursive: true });
  await removeLeftOvers(file);
  const session = atOneMoment ? await dump.snapshot() : undefined;
  const temporary = `${file}.${process.pid}.part`;
  try {
    const expected = await dump.counts(session);
    const header = headerOf({
      createdAt: new Date().toISOString(),
      database: dump.database,
      migrations: await migrations.applied(),
      snapshot: session !== undefined,
      counts: expected,
    });
    const written: Counts = {};
    const lines = withEnds(header, linesOf(options, expected, written, session), written);
    const [plain, gzip] = [Readable.from(inChunks(lines)), createGzip()];
    const out = createWriteStream(temporary, { mode: 0o600, flags: 'wx', flush: true });
    if (keys[0]) await pipeline(plain, gzip, encrypting(keys[0]), out, { signal });
    else await pipeline(plain, gzip, out, { signal });
    signal?.throwIfAborted();
    await options.onWritten?.(temporary);
    await checkWritten(temporary, { ...options, written });
    await rename(temporary, file);
    const { size } = await stat(file);
    return { counts: written, snapshot: header.snapshot, size };
  } catch (error) {
    await rm(temporary, { force: true });
    if (signal?.aborted) throw new Error(INTERRUPTED, { cause: error });
    if ((error as { code?: unknown }).code === SNAPSHOT_TOO_OLD) throw new Error(TOO_SLOW, { cause: error });
    throw error;
  } finally {
    await session?.endSession();
  }
}

/** Removes partial files of killed backups: of this name, or of a name that the command chose. */
async function removeLeftOvers(file: string): Promise<void> {
  const { dir, base } = path.parse(file);
  for (const name of await readdir(dir)) {
    const [, whole, pid] = /^(.*)\.(\d+)\.part$/.exec(name) ?? [];
    if (!pid || (whole !== base && !isMadeName(whole!))) continue;
    const part = path.join(dir, name);
    // Processes of other containers are invisible here.
    const isGrowing = async () => Date.now() - (await stat(part)).mtimeMs < GROWS_MS;
    if (!isAlive(Number(pid)) && !(await isGrowing())) await rm(part);
  }
}

async function* linesOf(
  { dump, onProgress = () => {} }: BackupOptions,
  expected: Counts,
  written: Counts,
  session?: ClientSession,
) {
  const total = totalOf(expected);
  let done = 0;
  for (const name of Object.keys(expected)) {
    written[name] = 0;
    for await (const document of dump.read(name, session)) {
      yield toText({ collection: name, document });
      written[name] += 1;
      onProgress((done += 1), total);
    }
  }
}

async function* inChunks(lines: AsyncIterable<string>) {
  let chunk = '';
  for await (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

const INTERRUPTED = 'Interrupted: no file was written. Run the same command to start again.';
const SNAPSHOT_TOO_OLD = 239;
const TOO_SLOW = `The backup took longer than MongoDB keeps a snapshot (5 minutes by default). Raise its parameter
minSnapshotHistoryWindowInSeconds, or stop the API and take the backup with --no-snapshot.`;
