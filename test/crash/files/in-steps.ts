import type { FileDesk } from '../../fixtures/files.ts';
import type { Process } from '../faulty-process.ts';

const LOST = { kind: 'StorageUnavailable', cause: 'no reply' } as const;
const UNSTORED = { kind: 'ObjectStoreUnavailable', cause: 'no reply' } as const;

/** The worker's side of the world, every call of it a step. */
export function inSteps(process: Process, { ports }: FileDesk): Partial<FileDesk['ports']> {
  const { aggregates, commits, payments, objects } = ports;
  return {
    commits: { commit: (change) => process.call('commit', () => commits.commit(change), LOST) },
    aggregates: {
      ...aggregates,
      find: (...args) => process.call('find', () => aggregates.find(...args), LOST),
      list: (...args) => process.call('list', () => aggregates.list(...args), LOST),
      newest: (...args) => process.call('newest', () => aggregates.newest(...args), LOST),
      findByKey: (...args) => process.call('find', () => aggregates.findByKey(...args), LOST),
    },
    payments: {
      ...payments,
      transactionsOfEach: (...args) => process.call('read', () => payments.transactionsOfEach(...args), LOST),
      unsettled: (...args) => process.call('walk', () => payments.unsettled(...args), LOST),
    },
    objects: {
      ...objects,
      get: (...args) => process.call('get', () => objects.get(...args), UNSTORED),
      put: (...args) => process.call('put', () => objects.put(...args), UNSTORED),
    },
  };
}
