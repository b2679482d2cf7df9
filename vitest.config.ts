import { defineConfig } from 'vitest/config';

/** Pure decisions in `unit`, one room with its outside in `integration`, a client's view of the built server in `e2e`; `model` only by name, it needs a real model. */
export default defineConfig({
  test: {
    // Each server under test brings an engine with its own threads: more at once only take the cores from each other.
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,e2e}/**/*.test.ts'],
          globalSetup: ['test/support/globalSetup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'model',
          include: ['test/model/**/*.test.ts'],
          globalSetup: ['test/support/globalSetup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
