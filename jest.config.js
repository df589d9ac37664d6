/** Run by `npm test`, which starts the servers first. @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '^.+\\.[tj]s$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  // MongoDB's driver has one dynamic import, which jest's sandbox can't run as it stands, and migrate-mongo is ESM.
  transformIgnorePatterns: ['/node_modules/(?!(.*/)?(mongodb/lib/runtime_adapters\\.js$|migrate-mongo/))'],
  moduleNameMapper: {
    '^migrate-mongo$': '<rootDir>/node_modules/migrate-mongo/lib/migrate-mongo.js',
    // Its commands that write files have a `__dirname` of their own, which CommonJS refuses; nobody calls them.
    '^\\./actions/(init|create)\\.js$': '<rootDir>/node_modules/migrate-mongo/lib/actions/status.js',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.local'],
  testTimeout: 30_000,
  // A test that leaves something open would keep the run from ending.
  openHandlesTimeout: 2_000,
};
