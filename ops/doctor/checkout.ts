'use strict';

const { arePackagesInstalled } = require('../set-up/npm-packages');
const { isBuilt } = require('../set-up/build');
const { findingsOf } = require('./finding');

const { ok, warning, error } = findingsOf('This folder');

/** Whether what is installed and built is what the sources ask for. @param {string} root */
function examineCheckout(root) {
  return [
    // An older one doesn't get as far as this: run-main.js refuses it.
    ok(`Node ${process.versions.node}`),
    arePackagesInstalled(root)
      ? ok('packages as in package-lock.json')
      : error('The packages are not those of package-lock.json', 'npm ci, or npm start, which does it'),
    isBuilt(root)
      ? ok('dist is made of these sources')
      : warning(
          'dist is older than the sources: what runs is not what is here',
          'npm run reload, or npm start where nothing runs',
        ),
  ];
}

module.exports = { examineCheckout };
