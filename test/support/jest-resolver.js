'use strict';

const path = require('node:path');

const migrateMongo = path.join(__dirname, '..', '..', 'node_modules', 'migrate-mongo', 'lib');

/**
 * Resolves migrate-mongo, which is ESM, to its files. moduleNameMapper would not work: it reads `$1` in the path of the
 * project's folder as a group of its pattern.
 *
 * @param {string} request
 * @param {{ basedir: string, defaultResolver: (request: string, options: object) => string }} options
 */
module.exports = (request, options) => {
  if (request === 'migrate-mongo') return path.join(migrateMongo, 'migrate-mongo.js');
  // Two commands declare `__dirname`, which CommonJS refuses; no test calls them.
  if (options.basedir === migrateMongo && /^\.\/actions\/(init|create)\.js$/.test(request))
    return path.join(migrateMongo, 'actions', 'status.js');
  return options.defaultResolver(request, options);
};
