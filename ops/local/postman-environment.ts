'use strict';

const fs = require('node:fs');
const path = require('node:path');

const NAME = 'taskfleet.postman_environment.json';

/**
 * Postman's environment for this stack, so that nobody has to copy the Admin's password: mode 600.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.dir where it is written
 * @param {string} options.url
 * @param {{ email: string, passwordFile: string }} [options.admin] where the password is known here
 * @returns {string} the file
 */
function writePostmanEnvironment({ root, dir, url, admin }) {
  const environment = JSON.parse(fs.readFileSync(path.join(root, 'postman', NAME), 'utf8'));
  const known = { url };
  if (admin) {
    known.adminLogin = admin.email;
    known.adminPassword = fs.readFileSync(admin.passwordFile, 'utf8').trim();
  }
  for (const variable of environment.values) variable.value = known[variable.key] ?? variable.value;
  const file = path.join(dir, NAME);
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(temporary, file);
  return file;
}

module.exports = { writePostmanEnvironment };
