import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from '../../src/lib/error-code';

/** @returns the last lines that a process printed, without the places in the code */
export const lastLines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^ {4}at |^Node\.js v/.test(line))
    .slice(-6)
    .join('\n')
    .slice(-2_000);

const stateOf = (file: string): { ino: number; size: number } =>
  fs.statSync(file, { throwIfNoEntry: false }) ?? { ino: 0, size: 0 };

/** Bytes: all of a log that is ever read, its end. */
const most = 100_000;

/**
 * Reads the end of a log. One that was put aside or emptied meanwhile is read from its beginning.
 *
 * @param before state of the log whose content is skipped
 */
export function readFrom(file: string, before: { ino: number; size: number } = { ino: 0, size: 0 }) {
  let handle;
  try {
    handle = fs.openSync(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
  try {
    const { ino, size } = fs.fstatSync(handle);
    const isSame = ino === before.ino && size >= before.size;
    const start = Math.max(isSame ? before.size : 0, size - most);
    const bytes = Buffer.alloc(size - start);
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, start)).toString();
  } finally {
    fs.closeSync(handle);
  }
}

/** Extracts the message of a line of the app's own log, which is JSON. */
export function forPeople(line: string) {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter(Boolean).join(': ') || line;
  } catch {
    return line;
  }
}

/**
 * Remembers how long PM2's log files are now.
 *
 * @param processes logs: their files, errors first
 * @returns the last line that the processes of this name, which share their files, have printed since; an error if
 *   there is one
 */
export function markLogs(
  processes: { name: string; logs?: string[] }[],
): (process: { name: string }) => string {
  const marks = processes.map(({ name, logs = [] }) => ({
    name,
    files: logs.map((file) => ({ file, before: stateOf(file) })),
  }));
  return ({ name }) => {
    const { files = [] } = marks.find((mark) => mark.name === name) ?? {};
    const lines = files.map(({ file, before }) => lastLines(readFrom(file, before)).split('\n').at(-1));
    return forPeople(lines.find(Boolean) ?? '').slice(0, 500);
  };
}

/**
 * PM2 itself logs that it could not execute a file or open its log; the log of the process is empty then.
 *
 * @param home of PM2
 * @param name of the process
 * @returns a text for people: the path of PM2's own log and its line since it last started the process
 */
export function explainSilence(home: string, name: string): string {
  const file = path.join(home, 'pm2.log');
  const lines = readFrom(file).split('\n');
  const isStart = (line: string) => line.includes(`[${name}:`) && line.includes(' starting in ');
  const since = lines.slice(Math.max(0, lines.findLastIndex(isStart)));
  const last =
    since.find((line) => line.includes('PM2 error: ')) ??
    since.findLast((line) => line.includes(`[${name}:`));
  return `it printed nothing; the log of PM2 itself is ${file}${last ? `, and says: ${last.slice(0, 300)}` : ''}`;
}
