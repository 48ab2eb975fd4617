import { randomBytes } from 'node:crypto';
import { okAsync } from 'neverthrow';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { systemTimeZones } from '../../src/adapters/system/time-zones.ts';
import { queueDispute } from '../../src/application/disputes/queue-dispute.ts';
import { createSchedule } from '../../src/application/files/create-schedule.ts';
import { orderUpload } from '../../src/application/files/order-upload.ts';
import { resolveException } from '../../src/application/files/resolve-exception.ts';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import { relayEvents } from '../../src/application/outbox/relay-events.ts';
import { releaseEvent } from '../../src/application/outbox/release-event.ts';
import { proposeOutcome } from '../../src/application/payments/propose-outcome.ts';
import { fanOutWebhooks } from '../../src/application/webhooks/fan-out-webhooks.ts';
import { logEvents } from '../../src/application/webhooks/log-events.ts';
import { proposeResolution } from '../../src/domain/files/exception.ts';
import { respondedClaim } from '../../src/domain/kernel/claim.ts';
import { recordAttempt } from '../../src/domain/webhooks/delivery.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, fileTerms, NOON, origin, terms } from '../fixtures/changes.ts';
import { aDispute, committedDispute } from '../fixtures/disputes.ts';
import { aResolver, committedException } from '../fixtures/exceptions.ts';
import { aBeginning, anEnding } from '../fixtures/exports.ts';
import { fileDesk, nativeFile, rowAbout, rowOfType } from '../fixtures/files.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { addEndpoint } from '../fixtures/webhooks.ts';
import { aBusyStore } from './busy-store.ts';
import { customerDesk } from './customer-desk.ts';
import { temporaryFiles } from './objects.ts';

const SHARDS = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
const HOUR_MS = 3_600_000;

/** When all of it was written long enough ago to be compared, and no event is old enough to be forgotten. */
export const AFTERWARDS = NOON + HOUR_MS;

/** Says of the newest payment, which needs people, what became of it. */
async function anOutcome(storage: Storage, clock: Clock): Promise<void> {
  const merchantId = aMerchantId();
  const found = await storage.payments.list(merchantId, { attention: true }, { limit: 1 });
  const [needing] = found._unsafeUnwrap();
  if (needing === undefined) throw new Error('no payment needs people');
  const said = { outcome: 'succeeded', amount: 1_299n, reason: 'r', evidence: 'e', replaces: false } as const;
  const request = {
    merchantId,
    paymentId: needing.id,
    proposing: { ...said, by: aResolver('okta|ann', 'ann@x.com') },
    origin,
  };
  const ports = { ...storage, clock, ids: systemIds, digests };
  const key = { merchantId, operation: 'propose_outcome', key: 'said' } as const;
  const facts = { fingerprint: 'f', requestId: origin.requestId, response: 'kept' };
  const proposed = await proposeOutcome(ports)(request, (change) => {
    const next = respondedClaim(key, facts, { changeId: change.id, now: change.at }, terms);
    return okAsync({ ...change, claim: { expected: 0, next } });
  });
  proposed._unsafeUnwrap();
}

/**
 * A small store with every kind of row: what `aBusyStore` holds, customers with keys of their own and who read them, an
 * export, an endpoint with deliveries attempted and not, events logged, unsent and parked, one of them put back on its way before, a claim that holds nothing but
 * its response, a payment with metadata that needs people and what one says of it, one that waits for its customer, a processor's file with lines of its own, what people decide about its rows, a dispute and a job that reads one, a schedule of exports, a file that is to be sent,
 * counters and leases.
 */
export async function everythingStored(storage: Storage): Promise<void> {
  const desk = customerDesk(
    storage,
    givenRing([{ id: 'one', secret: randomBytes(32).toString('base64url') }]),
  );
  const merchantId = aMerchantId();
  await addEndpoint(
    { commits: storage.commits, vault: desk.ports.vault },
    { merchantId, createdAt: NOON - HOUR_MS },
  );
  const reason = { status: 'suspended', statusReason: 'Documents are awaited' } as const;
  await addMerchants(storage, [aMerchant('merchant-s', reason)]);
  const busy = await aBusyStore(storage);
  const { clock } = busy;
  await busy.pay('merchant-a', 1_300n, { paymentMethod: 'test_amount_differs', metadata: { order: '1001' } });
  await busy.pay('merchant-a', 1_400n, { paymentMethod: 'test_requires_action' });
  await anOutcome(storage, clock);
  const { customer } = (await desk.create('ada@example.com', 'Ada', { phone: '+441234567' }))._unsafeUnwrap();
  (await desk.addMethod(customer.id, 'tok_visa', true))._unsafeUnwrap();
  (await desk.get(customer.id))._unsafeUnwrap();
  const begun = aBeginning();
  (await storage.commits.commit(begun.change))._unsafeUnwrap();
  (await storage.commits.commit(anEnding(begun.stored).change))._unsafeUnwrap();

  const files = fileDesk(storage, temporaryFiles(clock), merchantId);
  files.clock.move(NOON + 200 - files.clock.now());
  const [paid, short, missing] = [await files.paid(), await files.paid(), await files.paid()];
  await files.reconcile(
    nativeFile([
      rowAbout(short, { amount: '2400' }),
      rowAbout(missing, { transaction_id: short.id }),
      rowAbout(paid, { fee: '3' }),
      rowAbout(paid, { type: 'chargeback', reference: 'd-1', amount: '10' }),
      rowOfType('payout', { amount: '70', fee: '2', payout_id: 'p-1', bank_reference: 'b-1' }),
    ]),
  );

  const file = { merchantId, source: 'payments', format: 'csv', gzip: false, query: {}, origin } as const;
  const daily = { ...file, every: 'day', timezone: 'Europe/Berlin' } as const;
  (await createSchedule({ ...files.ports, timeZones: systemTimeZones })(daily))._unsafeUnwrap();
  (
    await orderUpload(files.ports, fileTerms)({ merchantId, name: 'march.csv', source: 'native', origin })
  )._unsafeUnwrap();

  const opened = await storage.aggregates.newest(merchantId, 'exception', { limit: 2 });
  const [unknown, mismatched] = opened._unsafeUnwrap();
  if (unknown === undefined || mismatched === undefined) throw new Error('two rows did not match');
  const decision = { merchantId, reason: 'r', by: aResolver('okta|ann'), origin };
  const accepting = { ...decision, id: mismatched.id, action: { kind: 'accept_difference' } } as const;
  (await resolveException(files.ports)(accepting, unclaimed))._unsafeUnwrap();
  const proposal = { action: { kind: 'ignore' }, reason: 'r', by: aResolver('okta|bob') } as const;
  if (unknown.status !== 'open') throw new Error('it was just opened');
  await committedException(storage, proposeResolution(unknown, proposal, files.clock.now()), unknown);

  const queued = { id: 'evt_1', dispute: { id: 'du_1' }, requestId: 'request-1' };
  (await queueDispute({ ...files.ports, claims: storage.claims })(queued))._unsafeUnwrap();
  const dispute = await committedDispute(storage, aDispute({ createdAt: NOON + 300 }));
  await committedDispute(storage, { ...dispute, status: 'lost', version: 2, updatedAt: NOON + 400 }, dispute);

  const changeId = `${'0'.repeat(31)}1`;
  const key = { merchantId, operation: 'create_customer', key: 'only-answered' } as const;
  const facts = { fingerprint: 'f', requestId: 'request-1', response: 'kept' };
  const responded = respondedClaim(key, facts, { changeId, now: NOON }, terms);
  (
    await storage.commits.commit({
      id: changeId,
      at: NOON,
      claim: { expected: 0, next: responded },
      transactions: [],
      aggregates: [],
      entries: [],
      tallies: [],
      audit: [],
      events: [],
    })
  )._unsafeUnwrap();

  const sinks = [
    logEvents(storage),
    fanOutWebhooks({ ...storage, clock, digests, wakeUps: { ...storage.wakeUps, signal: () => {} } }),
  ];
  (await relayEvents({ outbox: storage.outbox, sinks, clock })(SHARDS))._unsafeUnwrap();
  const [delivery] = (await storage.deliveries.list(merchantId, {}, { limit: 1 }))._unsafeUnwrap();
  if (delivery === undefined) throw new Error('nothing is delivered');
  const signatures = [{ hex: 'a1'.repeat(32), base64: 'b+/'.repeat(14) }];
  const attempt = { at: NOON + 100, durationMs: 12, responseCode: 500, excerpt: 'no', signatures };
  const tried = recordAttempt(delivery, attempt, { url: delivery.url, random: 0, now: NOON + 100 });
  (await storage.deliveries.save([{ expected: delivery.version, next: tried }]))._unsafeUnwrap();
  await busy.pay('merchant-a', 4_000n);
  await busy.pay('merchant-b', 4_100n);
  await busy.pay('merchant-a', 4_200n, { paymentMethod: 'test_expires', manual: true });
  const [parked, deferred] = (await storage.outbox.next(SHARDS, AFTERWARDS, 2))._unsafeUnwrap();
  if (parked === undefined || deferred === undefined) throw new Error('nothing is unsent');
  (await storage.outbox.failed(parked, 'refused', 'parked'))._unsafeUnwrap();
  const released = await releaseEvent({ ...files.ports, ...storage })({ id: parked.id, origin });
  released._unsafeUnwrap();
  (await storage.outbox.failed({ ...parked, tries: 0 }, 'refused', 'parked'))._unsafeUnwrap();
  (await storage.outbox.failed(deferred, 'refused', NOON + 1_000))._unsafeUnwrap();

  (await storage.leases.hold(['relay'], 'worker-1', NOON, AFTERWARDS))._unsafeUnwrap();
  (await storage.quotas.take(merchantId, { kind: 'minute', start: NOON }, 1, 5))._unsafeUnwrap();
  (await storage.failedAuthentications.add(merchantId, NOON, 1))._unsafeUnwrap();
  (await storage.failedAuthentications.add(undefined, NOON, 1))._unsafeUnwrap();
}
