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
  transform: {
    '^.+\\.ts$': ['ts-jest', { useESM: true, diagnostics: false, tsconfig: { ...tsconfig() } }],
  },
  reporters: ['default', '<rootDir>/scripts/closing-line-reporter.mjs'],
  // Most of the time goes into processes that tests start: every core is worth a worker.
  maxWorkers: '100%',
  testTimeout: 30_000,
};

function tsconfig() {
  return {
    target: 'ES2023',
    module: 'ESNext',
    moduleResolution: 'bundler',
    isolatedModules: true,
    esModuleInterop: true,
  };
}
