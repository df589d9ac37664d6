const js = require('@eslint/js');
const prettier = require('eslint-config-prettier');
const node = require('eslint-plugin-n');
const regexp = require('eslint-plugin-regexp');
const ts = require('typescript-eslint');

const { globals } = /** @type {{ globals: Record<string, boolean> }} */ (
  node.configs['flat/recommended-script'].languageOptions
);

module.exports = ts.config(
  {
    ignores: [
      'node_modules/',
      'dist/',
      '.local/',
      'coverage/',
      'client/schema.d.ts',
      'test/unit/contract/calls/',
    ],
  },
  js.configs.recommended,
  {
    // Patterns that see a stranger's text must take linear time. `potential` and `ignorePartial: false` also report
    // the quadratic ones: those that begin anew at each place of a text that does not match.
    files: ['src/**', 'client/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
    },
  },
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [...ts.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.pages.json', './tsconfig.config-files.json'],
        tsconfigRootDir: __dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      // The contract's handlers are async; some have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Factories close over what they need; nothing here has a `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // The environment is read in one file.
    files: ['src/**/*.ts'],
    ignores: ['src/config/index.ts', 'src/api.ts', 'src/worker.ts', 'src/cli/**', 'src/command-line/**'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env' }] },
  },
  {
    files: ['test/**/*.ts'],
    // Answers are judged by what is in them.
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js'],
    plugins: { n: node },
    languageOptions: {
      sourceType: 'commonjs',
      globals,
    },
    rules: {
      'n/no-missing-require': 'error',
      'no-unused-vars': ['error', { ignoreRestSiblings: true, varsIgnorePattern: '^_' }],
    },
  },
  {
    // Run by mongosh.
    files: ['mongo/*.js'],
    languageOptions: { globals: { db: 'readonly', rs: 'readonly', quit: 'readonly', print: 'readonly' } },
  },
  prettier,
);
