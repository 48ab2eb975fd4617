import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';
import { LongestFirst } from './test/support/longest-first.ts';

/**
 * Files that leave nothing behind in their process, so that a worker reads the source once for all of them: a second of CPU
 * for each. Not among them: a file that mocks a module, one that measures the heap, one that counts the work of what it loads, and
 * those that stop a store.
 */
const SHARING = [
  'test/{domain,application}/**/!(verify-memory).test.ts',
  'test/infra/*.test.ts',
  'test/entrypoints/http/**/!(hostile-texts).test.ts',
  'test/approvals/!(retired-values).test.ts',
  'test/entrypoints/worker/!(loop).test.ts',
  'test/adapters/!(*dynamodb*|*-scenarios|every-*|*postgres|postgres-faults|memory|stopped-store|containers).test.ts',
];

const limits = {
  // Most tests wait for a database or for time to pass, so a third file costs little, also on two cores.
  maxWorkers: 3,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', closingLine],
    sequence: { sequencer: LongestFirst },
    ...limits,
    projects: [
      { test: { ...limits, name: 'shared', include: SHARING, isolate: false } },
      { test: { ...limits, name: 'alone', include: ['test/**/*.test.ts'], exclude: SHARING } },
    ],
  },
});
