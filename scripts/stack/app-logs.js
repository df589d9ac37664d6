'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** What a process printed last, without the places in the code. @param {string} text */
const lastLines = (text) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^ {4}at |^Node\.js v/.test(line))
    .slice(-6)
    .join('\n')
    .slice(-2_000);

const sizeOf = (file) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** One that was emptied meanwhile begins anew. @param {string} file @param {number} from */
function readFrom(file, from) {
  if (!fs.existsSync(file)) return '';
  const text = fs.readFileSync(file);
  return text.subarray(text.length < from ? 0 : from).toString();
}

/** A line of the app's own log is JSON. @param {string} line */
function forPeople(line) {
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
 * @param {import('./stack').AppProcess[]} processes
 * @returns {(process: { name: string }) => string} the last line that the processes of this name, which share their
 *   files, have printed since: of their errors, where there are any
 */
function markLogs(processes) {
  const marks = processes.map(({ name, logs = [] }) => ({
    name,
    files: logs.map((file) => ({ file, from: sizeOf(file) })),
  }));
  return ({ name }) => {
    const { files = [] } = marks.find((mark) => mark.name === name) ?? {};
    const lines = files.map(({ file, from }) => lastLines(readFrom(file, from)).split('\n').at(-1));
    return forPeople(lines.find(Boolean) ?? '').slice(0, 500);
  };
}

/**
 * PM2 itself logs that it could not execute a file or open its log; the log of the process is empty then.
 *
 * @param {string} home of PM2 @param {string} name of the process
 * @returns {string} for people: PM2's own log and what it says since it last started the process
 */
function explainSilence(home, name) {
  const file = path.join(home, 'pm2.log');
  const lines = readFrom(file, Math.max(0, sizeOf(file) - 100_000)).split('\n');
  const isStart = (line) => line.includes(`[${name}:`) && line.includes(' starting in ');
  const since = lines.slice(Math.max(0, lines.findLastIndex(isStart)));
  const last =
    since.find((line) => line.includes('PM2 error: ')) ??
    since.findLast((line) => line.includes(`[${name}:`));
  return `it printed nothing; the log of PM2 itself is ${file}${last ? `, and says: ${last.slice(0, 300)}` : ''}`;
}

module.exports = { explainSilence, forPeople, lastLines, markLogs, readFrom };
