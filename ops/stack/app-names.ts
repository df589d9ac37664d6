'use strict';

/** As PM2 knows them; ecosystem.config.js, which an image has without this folder, says the same. */
const apiName = 'taskfleet-api';
const workerName = 'taskfleet-worker';

/** @param {{ name: string }[]} apps @returns {string} for people: `3 API workers and 1 job worker` */
function tellCounts(apps) {
  const tell = (wanted, title) => {
    const count = apps.filter(({ name }) => name === wanted).length;
    return `${count} ${title}${count === 1 ? '' : 's'}`;
  };
  return `${tell(apiName, 'API worker')} and ${tell(workerName, 'job worker')}`;
}

module.exports = { apiName, workerName, tellCounts };
