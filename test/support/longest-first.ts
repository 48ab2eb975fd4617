import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Parts of the paths of files that run for minutes, the longest first. */
const LONG = [
  'proofs/high-volume',
  'adapters/storage-scenarios',
  'crash/killed/payments',
  'crash/upgraded',
  'crash/payments/dynamodb',
  'adapters/dynamodb-local',
  'proofs/trouble-outside',
  'server/hostile-texts',
  'crash/',
  'proofs/',
  'adapters/dynamodb.test',
  'adapters/integrity-dynamodb',
  'adapters/payment-scenarios',
  'corpus/',
  'test/readme',
  'cli/serve',
  'adapters/postgres.test',
  'adapters/every-',
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
