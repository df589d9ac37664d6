/** Configuration of `npm test`, which starts the servers first. @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // No glob or pattern contains the path of the project's folder, which may hold brackets and dollars.
  roots: ['<rootDir>/test'],
  testRegex: ['\\.test\\.ts$'],
  transform: { '^.+\\.[tj]s$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  // MongoDB's driver has a dynamic import, which Jest's sandbox can't run untransformed; the others are ESM.
  transformIgnorePatterns: [
    '/node_modules/(?!(.*/)?(mongodb/lib/runtime_adapters\\.js$|migrate-mongo/|age-encryption/|@noble/|@scure/))',
  ],
  resolver: '<rootDir>/test/support/jest-resolver.js',
  // Long enough for a busy host. Waits of support/wait.ts fail earlier, with a message.
  testTimeout: 60_000,
  // Ends the run even if a test left a handle open.
  openHandlesTimeout: 2_000,
};
