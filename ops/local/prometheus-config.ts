'use strict';

const fs = require('node:fs');
const path = require('node:path');

const NAME = 'prometheus.yml';

/**
 * `monitoring/prometheus.yml` for this stack, whose port of metrics may be another, and to be used from any folder.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.dir where it is written
 * @param {number} options.port
 * @returns {string} the file
 */
function writePrometheusConfig({ root, dir, port }) {
  const folder = path.join(root, 'monitoring');
  const text = fs
    .readFileSync(path.join(folder, NAME), 'utf8')
    .replace(/^#.*\n/, '# By `npm start`, from monitoring/prometheus.yml; the next one writes it anew.\n')
    .replace('127.0.0.1:9464', `127.0.0.1:${port}`)
    // As JSON it is YAML too, whatever is in the path.
    .replace('[alerts.yml]', () => JSON.stringify([path.join(folder, 'alerts.yml')]));
  const file = path.join(dir, NAME);
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
  return file;
}

module.exports = { writePrometheusConfig };
