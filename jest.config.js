/** Run by `npm test`, which starts the servers first. @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Neither a glob nor a pattern has the path of this folder, which may hold brackets and dollars.
  roots: ['<rootDir>/test'],
  testRegex: ['\\.test\\.ts$'],
  transform: { '^.+\\.[tj]s$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  // MongoDB's driver has one dynamic import, which jest's sandbox can't run as it stands, and migrate-mongo is ESM.
  transformIgnorePatterns: ['/node_modules/(?!(.*/)?(mongodb/lib/runtime_adapters\\.js$|migrate-mongo/))'],
  resolver: '<rootDir>/test/support/jest-resolver.js',
  // For a busy machine. What hangs for longer than support/wait.ts waits fails there, with a message.
  testTimeout: 60_000,
  // A test that leaves something open would keep the run from ending.
  openHandlesTimeout: 2_000,
};
