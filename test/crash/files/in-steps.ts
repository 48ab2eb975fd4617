import type { FileDesk } from '../../fixtures/files.ts';
import type { Planned, Process } from '../faulty-process.ts';
import { distinctFaults, everyFault } from '../points.ts';

const LOST = { kind: 'StorageUnavailable', cause: 'no reply' } as const;
const UNSTORED = { kind: 'ObjectStoreUnavailable', cause: 'no reply' } as const;

/** The calls that leave something behind; the others only read. */
const EFFECTS = ['commit', 'put'];
export const IS_DEEP = process.env['PAYWRIGHT_DEEP_CRASHES'] !== undefined;

/** What is tried of the faults at these steps: all of them in `npm run test:deep`, else those of which something else follows. */
export const pointsOf = (steps: readonly string[]): readonly Planned[] =>
  IS_DEEP ? everyFault(steps.length) : distinctFaults(steps, EFFECTS);

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
