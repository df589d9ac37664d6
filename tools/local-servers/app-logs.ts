// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';

/** What a process printed last, without the places in the code. */
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
 * @param before what it was then is not wanted
 */
export function readFrom(file: string, before: { ino: number; size: number } = { ino: 0, size: 0 }) {
  let handle;
  try {
    handle = fs.openSync(file, 'r');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
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

/** A line of the app's own log is JSON. */
export function forPeople(line: string) {
  try {
    const { msg, err } = JSON.parse(line);
    return [msg, err?.message].filter(Boolean).join(': ') || line;
  } catch {
    return line;
  }
}

/**
 * Remembers how long PM2's log files are now.
 *
 * @returns the last line that the processes of this name, which share their
 *   files, have printed since: of their errors, where there are any
 */
export function markLogs(
  processes: import('../../ops/stack/types').AppProcess[],
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
 * @returns for people: PM2's own log and what it says since it last started the process
 */
export function explainSilence(home: string, name: string): string {
  const file = path.join(home, 'pm2.log');
  const lines = readFrom(file).split('\n');
  const isStart = (line: string | string[]) => line.includes(`[${name}:`) && line.includes(' starting in ');
  const since = lines.slice(Math.max(0, lines.findLastIndex(isStart)));
  const last =
    since.find((line) => line.includes('PM2 error: ')) ??
    since.findLast((line) => line.includes(`[${name}:`));
  return `it printed nothing; the log of PM2 itself is ${file}${last ? `, and says: ${last.slice(0, 300)}` : ''}`;
}
