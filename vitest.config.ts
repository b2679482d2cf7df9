import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

/** What starts real processes needs more time than a pure decision. */
const slow = { globalSetup: ['test/support/globalSetup.ts'], testTimeout: 60_000, hookTimeout: 60_000 };

const model: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'model',
    include: ['test/model/**/*.test.ts'],
    ...slow,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
};

/**
 * Pure decisions in `unit`, one room with what is outside it in `integration`, a client's view of the built server in `e2e`.
 * `model` needs a real model, and is there when LLAMAHOME_TEST_MODEL is set.
 */
export default defineConfig({
  // Vite would take the ES module of graphql where Node takes the other one, and two copies don't know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Each server under test brings an engine with its own threads: more at once only take the cores from each other.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      { extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...slow } },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...slow } },
      ...(process.env.LLAMAHOME_TEST_MODEL === undefined ? [] : [model]),
    ],
  },
});
