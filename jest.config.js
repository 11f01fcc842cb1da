/** Which tests run, and how TypeScript reaches them. Types are checked by `npm run types`, not here. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  // Property tests draw the same values in every run, unless FAST_CHECK_SEED says otherwise.
  setupFiles: ['<rootDir>/__tests__/setup/properties.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/__tests__/fixtures'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-transform.mjs' },
  reporters: ['default', '<rootDir>/scripts/closing-line-reporter.mjs'],
  testSequencer: '<rootDir>/scripts/jest-sequencer.mjs',
  // Most of the time goes into processes that tests start: every core is worth a worker. Not more: some tests look at the clock.
  maxWorkers: '100%',
  watchman: false,
  testTimeout: 30_000,
};
