import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';
import { LongestFirst } from './test/support/longest-first.ts';

/**
 * Files that share no process with others. All others leave nothing behind, so that a worker reads the source once for many of them:
 * half a second to a second of CPU for each.
 */
const ALONE = [
  // Mock a module, for which Vitest has to write every `import` anew.
  'test/approvals/retired-values.test.ts',
  // Measure the heap, or count the work of what is loaded.
  'test/application/integrity/verify-memory.test.ts',
  'test/entrypoints/worker/loop.test.ts',
  'test/entrypoints/http/server/hostile-texts.test.ts',
  // Stop a store, or a whole process.
  'test/adapters/{stopped-store,containers,*postgres-faults,postgres-server,dynamodb-engine}.test.ts',
  'test/entrypoints/cli/{serve,process-faults}.test.ts',
  // Start programs that read the source.
  'test/{readme,readme-on-stripe,recipe,architecture}.test.ts',
];

/**
 * Node reads the source, as it does where the program serves. Through Vitest's own loader each use of what another module exports
 * asks an object for it, and of a package that is CommonJS a proxy: a seventh of the CPU of a crash proof in memory.
 */
const readByNode = { experimental: { viteModuleRunner: false, nodeLoader: false } };

const limits = {
  // The workers are more than the cores, so that threads which help one of them collect garbage only take from the others.
  execArgv: ['--single-threaded-gc'],
  setupFiles: ['test/support/unwrapped-errors.ts'],
  // Most tests wait for a database or for time to pass, so a third file costs little, also on two cores.
  maxWorkers: 3,
  // Bounds of what hangs, and of nothing else: a slow machine takes three times as long as a quiet one.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', closingLine],
    sequence: { sequencer: LongestFirst },
    ...limits,
    projects: [
      {
        test: {
          ...limits,
          ...readByNode,
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          isolate: false,
        },
      },
      { test: { ...limits, name: 'alone', include: ALONE } },
    ],
  },
});
