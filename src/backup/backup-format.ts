import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { DecryptionError, openFile } from './encryption';

const FORMAT = 'taskfleet-backup';
const VERSION = 1;
const END = '{"end":';
/** A document has at most 16 MB, and bytes grow by a third. */
const MAX_LINE = 64 * 1024 * 1024;

const counts = z.record(z.string(), z.number().int().min(0));
const headerSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION, 'is of another version of this format: use the taskfleet that wrote it'),
  createdAt: z.iso.datetime(),
  database: z.string(),
  migrations: z.array(z.string()),
  /** True if all data is from one moment. */
  snapshot: z.boolean(),
  counts,
});
const endSchema = z.object({ end: z.object({ counts, sha256: z.string() }) });

export type Header = z.infer<typeof headerSchema>;
export type Counts = Record<string, number>;
export const totalOf = (all: Counts): number => Object.values(all).reduce((sum, one) => sum + one, 0);

export const headerOf = (rest: Omit<Header, 'format' | 'version'>): Header => ({
  format: FORMAT,
  version: VERSION,
  ...rest,
});

/** Adds the header, and an end that distinguishes a whole file from a truncated one. */
export async function* withEnds(header: Header, lines: AsyncIterable<string>, written: Counts) {
  const hash = createHash('sha256');
  const next = (text: string) => {
    hash.update(`${text}\n`);
    return `${text}\n`;
  };
  yield next(JSON.stringify(header));
  for await (const line of lines) yield next(line);
  yield `${JSON.stringify({ end: { counts: written, sha256: hash.digest('hex') } })}\n`;
}

/** A file that is no whole backup. */
export class DamagedBackupError extends Error {
  constructor(
    file: string,
    readonly reason: string,
  ) {
    super(`${file} cannot be used: ${reason}. Nothing was restored from it; try another backup.`);
  }
}

/**
 * Reads a backup to its end.
 *
 * @param keys of an encrypted file
 * @throws DamagedBackupError that states what is wrong with the file, at its end at the latest
 */
export async function readBackup(
  file: string,
  onLine: (line: string) => void | Promise<void> = () => {},
  keys: string[] = [],
): Promise<{ header: Header; counts: Counts }> {
  const hash = createHash('sha256');
  let header: Header | undefined;
  let end: z.infer<typeof endSchema>['end'] | undefined;
  let lines = 0;
  for await (const line of linesOf(file, keys)) {
    if (end) throw damaged(file, 'something follows its end');
    if (line.startsWith(END)) {
      end = parse(file, endSchema, line).end;
      continue;
    }
    hash.update(`${line}\n`);
    if (header) {
      lines += 1;
      await onLine(line);
    } else header = parse(file, headerSchema, line);
  }
  if (!header || !end) throw damaged(file, 'its end is missing');
  if (hash.digest('hex') !== end.sha256) throw damaged(file, 'its checksum does not match');
  if (lines !== totalOf(end.counts)) throw damaged(file, 'its number of documents does not match its end');
  return { header, counts: end.counts };
}

async function* linesOf(file: string, keys: string[]): AsyncGenerator<string> {
  // Errors of both streams surface in the loop below.
  const unpacked = pipeline(await openFile(file, keys), createGunzip(), () => {});
  let parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...parts, chunk.subarray(from, at)]).toString('utf8');
        [parts, size, from] = [[], 0, at + 1];
      }
      parts.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > MAX_LINE) throw damaged(file, 'a line is longer than any document');
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code.startsWith('Z_') || error instanceof DecryptionError) throw damaged(file, message);
    throw error;
  }
  if (size > 0) throw damaged(file, 'its last line is truncated');
}

function parse<T>(file: string, schema: z.ZodType<T>, line: string): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw damaged(file, 'it is not a taskfleet backup');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw damaged(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
  );
}

const damaged = (file: string, reason: string) => new DamagedBackupError(file, reason);
