'use strict';

/**
 * @typedef {{ group: string, level: 'ok' | 'warning' | 'error', says: string, cure?: string }} Finding
 *   as src/doctor/finding.ts has it; these here must be made before anything is installed
 */

/** @param {string} group */
const findingsOf = (group) => ({
  /** @param {string} says @returns {Finding} */
  ok: (says) => ({ group, level: 'ok', says }),
  /** @param {string} says @param {string} cure @returns {Finding} */
  warning: (says, cure) => ({ group, level: 'warning', says, cure }),
  /** @param {string} says @param {string} cure @returns {Finding} */
  error: (says, cure) => ({ group, level: 'error', says, cure }),
});

module.exports = { findingsOf };
