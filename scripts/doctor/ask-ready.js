'use strict';

const { askStatus } = require('../stack/ask-status');

/** @param {string} url @returns {Promise<string | undefined>} in words; undefined where it is ready */
const whatIsWrong = (url) =>
  askStatus(`${url}/health/ready`, 2_000).then(
    (status) => (status === 200 ? undefined : `answers ${status}`),
    () => 'does not answer',
  );

module.exports = { whatIsWrong };
