'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** @param {string} dist @param {string} folder @param {string} line what its API begins with */
function buildWith(dist, folder, line) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.cpSync(dist, folder, { recursive: true });
  const api = path.join(folder, 'api.js');
  fs.writeFileSync(api, `${line}\n${fs.readFileSync(api, 'utf8')}`);
  fs.writeFileSync(path.join(folder, '.built'), line);
  return folder;
}

/** What a reload must refuse, and as what. Made within `root`, for their packages. */
function brokenBuilds(root, folder) {
  const dist = path.join(root, 'dist');
  const make = (name, line) => buildWith(dist, path.join(folder, name), line);
  return [
    {
      name: 'a build that crashes',
      options: { build: make('crash', `throw new Error('this build crashes');`) },
      refusal: /this build crashes/,
    },
    {
      name: 'a build that hangs',
      options: { build: make('hang', 'setInterval(() => {}, 1000); return;'), limitMs: 5_000 },
      refusal: /not ready within 5 s/,
    },
    {
      name: 'a wrong configuration',
      options: { build: dist, env: { BCRYPT_COST: '99', DRAIN_MS: 'soon' } },
      refusal: /BCRYPT_COST[^]*DRAIN_MS/,
    },
  ];
}

module.exports = { brokenBuilds };
