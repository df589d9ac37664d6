'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { findingsOf } = require('./finding');
const { whatIsWrong } = require('./ask-ready');

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
  const asked = performance.now();
  const wrong = await whatIsWrong(url);
  const ms = Math.round(performance.now() - asked);
  if (!wrong) return [ok(`${url}/health/ready answers in ${ms} ms`)];
  const log = path.join(path.relative(process.cwd(), dir), 'logs', 'nginx.log');
  return [error(`${url}/health/ready ${wrong}`, `npm start; its log is ${log}`)];
}

/** @param {string} dir @param {number[]} ports */
function examinePorts(dir, ports) {
  const file = path.join(dir, 'nginx', 'nginx.conf');
  return fs.existsSync(file) && ports.length > 0 ? [judgePorts(fs.readFileSync(file, 'utf8'), ports)] : [];
}

module.exports = { examineNginx, examinePorts, judgePorts };
