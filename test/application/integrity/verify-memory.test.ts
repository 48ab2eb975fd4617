import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ResultAsync } from 'neverthrow';
import { expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { type VerifyPorts, verify } from '../../../src/application/integrity/verify.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { anOpening, aSuccess, digests, NOON } from '../../fixtures/changes.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A quarter of what the histories alone would hold of the payments that there are more. */
const MOST_GROWTH = 3 * 1024 * 1024;
/** Of the pages of rows, that many have a look at the heap; all pages of payments have one. */
const ONE_IN = 8;

async function aStoreOf(payments: number) {
  const storage = memoryStorage();
  for (let n = 0; n < payments; n += 1) {
    const opening = anOpening({ createdAt: NOON + n * 1_000 });
    for (const change of [opening.change, aSuccess(opening)]) {
      (await storage.commits.commit(change))._unsafeUnwrap();
      // Verification holds the events that wait to be sent.
      (await storage.eventLog.addAll(change.events))._unsafeUnwrap();
      (await storage.outbox.sent(change.events.map((event) => ({ ...event, tries: 0 }))))._unsafeUnwrap();
    }
  }
  return storage;
}

/** What is read is the reader's alone, as from a database, and not a value that the store holds anyway. */
const copied = <Value, Failure>(read: ResultAsync<Value, Failure>) =>
  read.map((value) => structuredClone(value));

function portsOver(storage: Storage): VerifyPorts {
  const { payments, auditTrail, ledger, storedRows, eventLog } = storage;
  return {
    ...storage,
    payments: {
      ...payments,
      list: (...asked) => copied(payments.list(...asked)),
      historyOf: (...asked) => copied(payments.historyOf(...asked)),
    },
    auditTrail: { ...auditTrail, list: (...asked) => copied(auditTrail.list(...asked)) },
    ledger: { ...ledger, list: (...asked) => copied(ledger.list(...asked)) },
    storedRows: { ...storedRows, page: (after) => copied(storedRows.page(after)) },
    eventLog: { ...eventLog, list: (...asked) => copied(eventLog.list(...asked)) },
    clock: { now: () => NOON + 1e9 },
    digests,
  };
}

/** The most that verification held at any of its pages, beyond what the store itself does. */
async function heldFor(payments: number): Promise<number> {
  const ports = portsOver(await aStoreOf(payments));
  collect();
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  let page = 0;
  const sample = (merchantId: MerchantId | undefined) => {
    page += 1;
    if (merchantId === undefined && page % ONE_IN !== 0) return;
    collect();
    most = Math.max(most, process.memoryUsage().heapUsed - before);
  };
  const { payments: verified } = (await verify(ports)(sample))._unsafeUnwrap();
  expect(verified).toBe(payments);
  return most;
}

it('verify holds no more for four times as many payments', async () => {
  await heldFor(100);
  const [few, many] = [await heldFor(1_000), await heldFor(4_000)];
  expect(many - few).toBeLessThan(MOST_GROWTH);
});
