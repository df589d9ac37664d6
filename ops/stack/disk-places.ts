'use strict';

const path = require('node:path');

/**
 * Folders of a stack whose disks can get full, by the name that metrics and findings give them.
 *
 * @param {{ dir: string, appsHome: string, urls?: Record<string, string | undefined> }} stack
 *   urls: servers that are not the stack's own
 * @returns {Record<string, string>}
 */
const diskPlaces = ({ dir, appsHome, urls = {} }) => ({
  ...(!urls.mongo && { database: path.join(dir, 'mongo', 'data') }),
  ...(!urls.rabbit && { rabbitmq: path.join(dir, 'rabbit', 'data') }),
  nginx: path.join(dir, 'nginx'),
  'server-logs': path.join(dir, 'logs'),
  'app-logs': path.join(appsHome, 'logs'),
});

module.exports = { diskPlaces };
