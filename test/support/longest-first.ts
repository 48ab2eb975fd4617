import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Parts of the paths of files that run for minutes, the longest first. */
const LONG = [
  'adapters/storage-scenarios',
  'crash/payments/dynamodb',
  'crash/upgraded',
  'bench/load',
  'crash/resolutions/databases',
  'adapters/dynamodb-local',
  'proofs/high-volume',
  'crash/killed/payments',
  'test/readme',
  'crash/payments/',
  'adapters/approvals-integrity',
  'console/approvals',
  'proofs/trouble-outside',
  'crash/keyed/databases',
  'cli/idle',
  'server/hostile-texts',
  'cli/serve',
  'console/pages',
  'adapters/dynamodb.test',
  'flows/asked-calls',
  'test/operations',
  'corpus/',
  'crash/approvals',
  'approvals/placements',
  'console/reconciliation',
  'adapters/approvals-dynamodb-local',
  'adapters/payment-scenarios',
  'console/shell',
  'bench/scale',
  'commit-postgres-faults',
  'adapters/every-',
  'crash/',
  'proofs/',
  'console/',
];

/** Files with a process to themselves are before all others: a worker that is shared ends where the next file in the queue is one of them. */
const rankOf = ({ moduleId, project }: TestSpecification): number => {
  const rank = LONG.findIndex((part) => moduleId.includes(part));
  const isShared = project.config.isolate === false;
  return (isShared ? LONG.length + 1 : 0) + (rank === -1 ? LONG.length : rank);
};

/**
 * Begins with what runs longest, so that no worker is left alone with it in the end. Without a cache of earlier runs,
 * as on a fresh machine, Vitest begins with the largest files, which the long ones are not.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
