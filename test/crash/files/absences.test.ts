import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../../src/adapters/system/signed-tokens.ts';
import { listRows } from '../../../src/application/files/list-rows.ts';
import { getReconciliation } from '../../../src/application/files/read-reconciliations.ts';
import { missingKey, openException } from '../../../src/domain/files/exception.ts';
import { exceptionOfMissing } from '../../../src/domain/files/exception-facts.ts';
import { SECRET } from '../../fixtures/changes.ts';
import { committedException } from '../../fixtures/exceptions.ts';
import { fileDesk, nativeFile, rowAbout } from '../../fixtures/files.ts';
import { temporaryFiles } from '../../support/objects.ts';
import { aProcess, outlived, type Planned } from '../faulty-process.ts';
import { pointsOf } from './in-steps.ts';

/** Two exceptions are then all that a commit opens or closes. */
const FEW_ROWS = 11;
const LEASE_OVER_MS = 400_000;
const LOST = { kind: 'StorageUnavailable', cause: 'no reply' } as const;
const UNSTORED = { kind: 'ObjectStoreUnavailable', cause: 'no reply' } as const;

/**
 * A file whose only row settles a transaction that an earlier file did not name. Three others are not in it. The worker's calls are
 * steps.
 */
async function played(planned?: Planned) {
  const storage = { ...memoryStorage(), mostChangeRows: FEW_ROWS };
  const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
  await desk.open({ settlementDelayDays: 0 });
  const found = await desk.paid();
  if (found.status !== 'succeeded') throw new Error('it was paid');
  const { merchantId } = desk;
  const facts = { ...exceptionOfMissing(found), merchantId, createdAt: found.createdAt };
  const earlier = openException({ ...facts, id: systemIds.exception(found.createdAt) });
  await committedException(storage, earlier, undefined, [missingKey(found.id)]);
  for (let n = 0; n < 3; n += 1) await desk.paid();
  const { reconciliation } = (await desk.send(nativeFile([rowAbout(found)])))._unsafeUnwrap();
  const process = aProcess(planned);
  const { aggregates, commits, payments, objects } = desk.ports;
  const its = {
    commits: {
      commit: (change: Parameters<typeof commits.commit>[0]) =>
        process.call('commit', () => commits.commit(change), LOST),
    },
    aggregates: {
      ...aggregates,
      list: ((...args: Parameters<typeof aggregates.list>) =>
        process.call('list', () => aggregates.list(...args), LOST)) as typeof aggregates.list,
      findByKey: ((...args: Parameters<typeof aggregates.findByKey>) =>
        process.call('find', () => aggregates.findByKey(...args), LOST)) as typeof aggregates.findByKey,
    },
    payments: {
      ...payments,
      unsettled: (...args: Parameters<typeof payments.unsettled>) =>
        process.call('walk', () => payments.unsettled(...args), LOST),
    },
    objects: {
      ...objects,
      put: (...args: Parameters<typeof objects.put>) =>
        process.call('put', () => objects.put(...args), UNSTORED),
    },
  };
  /** Workers that come after, each when the lease of the one before is over. */
  const succeed = async () => {
    for (let n = 0; n < 2; n += 1) {
      desk.clock.move(LEASE_OVER_MS);
      (await desk.worker({}, `successor-${n}`)(9))._unsafeUnwrap();
    }
  };
  await outlived(process, desk.worker(its)(9), succeed);

  const { id } = reconciliation;
  const signedTokens = systemSignedTokens(SECRET);
  const list = listRows({ ...desk.ports, signedTokens, getReconciliation: getReconciliation(storage) });
  const missing = (await list({ merchantId, id, outcome: 'missing_there', limit: 100 }))._unsafeUnwrap();
  const { status, absences } = await desk.find(id);
  const exceptions = (await aggregates.newest(merchantId, 'exception', { limit: 100 }))._unsafeUnwrap();
  const end = {
    status,
    counts: [absences?.expected, absences?.missingThere, missing.items.length],
    exceptions: exceptions.map((each) => `${each.type} ${each.status} ${each.version}`).sort(),
  };
  return { end, steps: process.taken };
}

describe('a worker that looks for what a file does not name', async () => {
  const { end, steps } = await played();

  it('counts each transaction once, opens an exception for each once, and closes the one whose transaction was settled', () => {
    expect(end).toEqual({
      status: 'completed',
      counts: [0, 3, 3],
      exceptions: [
        'missing_there open 1',
        'missing_there open 1',
        'missing_there open 1',
        'missing_there resolved 2',
      ],
    });
    expect(steps.length).toBeGreaterThan(15);
  });

  it('comes to the same end whatever happens to any one of its calls', async () => {
    for (const planned of pointsOf(steps)) {
      const { end: hurt } = await played(planned);
      expect({ ...planned, ...hurt }).toEqual({ ...planned, ...end });
    }
  });
});
