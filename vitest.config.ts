import { defineConfig } from 'vitest/config'

/** E2E=all also runs the e2e tests that need more time or machine than the core set: see npm run e2e:all. */
const everything = process.env['E2E'] === 'all'

export default defineConfig({
  define: { __VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    // Removing a cluster takes its time.
    teardownTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: ['test/setup.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/package.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        // What is published, as it is installed: needs dist/, so it is not part of `npm test`.
        extends: true,
        test: { name: 'package', include: ['test/package.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        // Real clusters: one after the other, as they share a machine; never again, as a flaky answer is a wrong one.
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: everything ? [] : ['test/e2e/**/*.full.test.ts'],
          fileParallelism: false,
          retry: 0,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
