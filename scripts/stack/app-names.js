'use strict';

/** As PM2 knows them; ecosystem.config.js, which an image has without this folder, says the same. */
module.exports = { apiName: 'taskfleet-api', workerName: 'taskfleet-worker' };
