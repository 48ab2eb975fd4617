import { ResultAsync } from 'neverthrow';
import { expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verifyWithFiles } from '../../../src/application/integrity/verify-files.ts';
import { countsOf, fileDesk, nativeFile, rowAbout } from '../../fixtures/files.ts';
import { temporaryFiles } from '../../support/objects.ts';

it('keeps the outcomes that were committed where a worker that lost its job writes its own of the same rows afterwards', async () => {
  const storage = memoryStorage();
  const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
  await desk.open();
  const row = rowAbout(await desk.paid());
  const { reconciliation } = (await desk.send(nativeFile([row])))._unsafeUnwrap();
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { objects } = desk.ports;
  const put: typeof objects.put = (key, bytes, contentType) => {
    if (!key.includes('/rows/')) return objects.put(key, bytes, contentType);
    reached.resolve();
    return ResultAsync.fromSafePromise(released.promise).andThen(() => objects.put(key, bytes, contentType));
  };
  const overtaken = desk.worker({ objects: { ...objects, put } })(1);
  await reached.promise;
  // Another file settles the transaction, so that the worker that takes over finds a duplicate where the first had a match.
  expect(countsOf(await desk.reconcile(nativeFile([{ ...row, reference: 'again' }])))).toEqual({
    matched: 1,
  });
  desk.clock.move(60_001);
  (await desk.worker({}, 'worker-2')(9))._unsafeUnwrap();
  const ended = await desk.find(reconciliation.id);
  expect([ended.status, countsOf(ended)]).toEqual(['completed', { duplicate: 1 }]);
  released.resolve();
  expect((await overtaken)._unsafeUnwrap()).toMatchObject([{ end: 'lost' }]);
  expect(await desk.rowsOf(ended)).toMatchObject([{ outcome: 'duplicate' }]);
  const clock = { now: () => desk.clock.now() + 3_600_000 };
  const verified = await verifyWithFiles({ ...storage, ...desk.ports, clock })(() => {});
  expect(verified.isOk() ? verified.value.unsettled : verified.error).toEqual([]);
});
