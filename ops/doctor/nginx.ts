'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { findingsOf } = require('./finding');
const { askHealth } = require('./ask-health');

const { ok, error } = findingsOf('NGINX');

/** @param {string} text nginx.conf @param {number[]} ports of workers that run */
function judgePorts(text, ports) {
  const listed = [...text.matchAll(/^\s*server 127\.0\.0\.1:(\d+)/gm)].map(([, port]) => Number(port));
  const unknown = ports.filter((port) => !listed.includes(port));
  if (unknown.length === 0) return ok(`knows each worker's port (${listed.length} listed)`);
  return error(`It doesn't know the workers on ${unknown.join(', ')}`, 'npm start tells it');
}

/** @param {{ url?: string, dir: string }} stack */
async function examineNginx({ url, dir }) {
  if (!url) return [error('It was not started here', 'npm start')];
  return judgeThroughNginx(url, await askHealth(url), path.join(path.relative(process.cwd(), dir), 'logs'));
}

/** @param {string} url @param {import('./ask-health').Health} health @param {string} logs their folder */
function judgeThroughNginx(url, { wrong, ms, unready }, logs) {
  if (wrong) return [error(`${url} ${wrong}`, `npm start; its log is ${path.join(logs, 'nginx.log')}`)];
  const answers = ok(`${url} answers in ${ms} ms`);
  if (!unready) return [answers];
  const cure = 'See MongoDB and Workers above: NGINX passes on what a worker says';
  return [answers, error(`${url}/health/ready says ${unready}`, cure)];
}

/** @param {string} dir @param {number[]} ports */
function examinePorts(dir, ports) {
  const file = path.join(dir, 'nginx', 'nginx.conf');
  return fs.existsSync(file) && ports.length > 0 ? [judgePorts(fs.readFileSync(file, 'utf8'), ports)] : [];
}

module.exports = { examineNginx, examinePorts, judgePorts, judgeThroughNginx };
