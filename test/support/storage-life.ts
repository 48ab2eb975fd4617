import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import type { Storage } from '../../src/ports/storage.ts';
import {
  aCreation,
  anEdit,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aPayoutResumed,
  aRejection,
} from '../fixtures/approvals.ts';
import { aMerchantId, anOpening, aSuccess, digests, NOON, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aConclusion, aReservation } from '../fixtures/movements.ts';
import { aTransfer } from '../fixtures/transfers.ts';
import { aDelivery, anEndpoint } from '../fixtures/webhooks.ts';

const SHARDS = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/** Every kind of write and read of the platform's storage once, one after the other. */
export async function platformLife(storage: Storage): Promise<void> {
  const { commits, payments, claims, deliveries, outbox, leases } = storage;
  const [merchant] = await addMerchants(storage, [aMerchant(), aMerchant('merchant-b')]);
  const opening = anOpening();
  const { merchantId, id } = opening.payment;
  const book = memoryStorage();
  for (const change of [opening.change, aSuccess(opening)])
    for (const each of [storage, book]) (await each.commits.commit(change))._unsafeUnwrap();
  const paid: Payment = (await book.payments.find(merchantId, id))._unsafeUnwrap();
  const refund = aReservation(paid, { type: 'refund', amount: 500n }, NOON + 100);
  if (refund === undefined || merchant === undefined) throw new Error('nothing was refunded');
  await commits.commit(refund.change);
  await commits.commit(aConclusion(refund, refund.payment, NOON + 200));
  await commits.commit(anOpening({ idempotencyKey: opening.payment.idempotencyKey }).change);
  await commits.commit(aTransfer({ amount: 1n, at: NOON + 300 }).change);
  const endpoint = anEndpoint();
  const registered = { at: NOON, origin, action: 'webhook_endpoint.created', next: endpoint };
  await commits.commit(aggregateChange({ ids: systemIds, digests }, registered));

  await payments.find(merchantId, id);
  await payments.transactionsOf(merchantId, id);
  await payments.list(merchantId, { status: 'succeeded', currency: 'USD', from: NOON }, { limit: 10 });
  await payments.list(merchantId, {}, { limit: 10, before: id });
  await payments.sums(merchantId, { from: NOON, to: NOON + 1_000 });
  await claims.find(opening.claim, NOON + 500);
  await claims.due(NOON + 86_400_000, 10);
  await storage.merchants.find(merchantId);
  await storage.aggregates.find(merchantId, 'webhook_endpoint', endpoint.id);
  await storage.aggregates.findByKey(merchantId, 'customer', 'none');
  await storage.aggregates.list(merchantId, 'webhook_endpoint', { limit: 10 });
  await storage.balances.of(merchantId, 'USD');
  await storage.ledger.list(merchantId, {}, { limit: 10 });
  await storage.summaries.tallies(merchantId, {});
  await storage.ledgerTallies.of(merchantId, {});
  await storage.auditTrail.ofPayment(merchantId, id);
  await storage.auditTrail.ofAggregate(merchantId, 'merchant', merchant.id);
  await storage.auditTrail.list(merchantId, { entityType: 'payment', from: NOON }, { limit: 10 });
  await storage.auditTrail.tenants();

  const delivery = aDelivery(endpoint);
  await deliveries.addAll([delivery, aDelivery(endpoint)]);
  await deliveries.due(SHARDS, NOON + 1_000, 10);
  await deliveries.save([{ expected: 1, next: { ...delivery, version: 2, dueAt: NOON + 60_000 } }]);
  await deliveries.find(merchantId, delivery.id);
  await deliveries.list(merchantId, { endpointId: endpoint.id, status: 'pending' }, { limit: 10 });
  for (const kind of storage.retention.kinds) await storage.retention.prune(kind, NOON, 10);

  await outbox.unsent(10);
  const [sent, failed, ...rest] = (await outbox.next(SHARDS, NOON + 1_000, 10))._unsafeUnwrap();
  if (sent === undefined || failed === undefined) throw new Error('there is no event');
  await outbox.failed(failed, 'not now', NOON + 60_000);
  await outbox.failed({ ...failed, tries: 1 }, 'never', 'parked');
  await outbox.parked(10);
  await outbox.unpark(failed.id);
  await outbox.sent([sent, ...rest]);
  await outbox.backlog();
  await leases.hold(['relay-1', 'relay-2'], 'one', NOON, NOON + 1_000);
  await leases.hold(['relay-1'], 'two', NOON + 500, NOON + 1_500);
  await leases.holders('relay-', NOON);
  await leases.release(['relay-1'], 'one');
  await storage.quotas.take(aMerchantId(), { kind: 'minute', start: NOON }, 3, 10);
  await storage.failedAuthentications.add(merchantId, NOON, 2);
  await storage.failedAuthentications.list(merchantId, NOON, NOON);
}

/** The same of the storage of approvals. */
export async function approvalsLife(storage: ApprovalsStorage): Promise<void> {
  const { approvalCommits, vendorPayments, outbox, leases } = storage;
  const created = aCreation({ eventKey: 'source event-1' });
  const edited = anEdit(created.payment);
  const approved = anUncheckedApproval(edited.payment);
  const begun = aPayoutBegun(approved.payment);
  const resumed = aPayoutResumed(begun.payment);
  const rejected = aCreation();
  const { id, incidentId, vendorId } = created.payment;
  for (const { change } of [created, edited, approved, begun, resumed, rejected])
    (await approvalCommits.commit(change))._unsafeUnwrap();
  await vendorPayments.due(NOON + 86_400_000, 10);
  (await approvalCommits.commit(aPayoutEnded(resumed.payment).change))._unsafeUnwrap();
  await vendorPayments.backlog(10);
  (await approvalCommits.commit(aRejection(rejected.payment).change))._unsafeUnwrap();
  await approvalCommits.commit(edited.change);
  await vendorPayments.find(id);
  await vendorPayments.findLive(incidentId, vendorId);
  await vendorPayments.list({ vendorId }, { order: 'oldest', limit: 10 });
  await vendorPayments.list({ status: 'cancelled' }, { order: 'newest', limit: 10, skip: 0 });
  await storage.auditLog.of(id);
  await outbox.unsent(10);
  const [sent, failed, ...rest] = (await outbox.next(SHARDS, NOON + 1_000, 10))._unsafeUnwrap();
  if (sent === undefined || failed === undefined) throw new Error('there is no event');
  await outbox.failed(failed, 'never', 'parked');
  await outbox.unpark(failed.id);
  await outbox.sent([sent, ...rest]);
  await outbox.backlog();
  await leases.hold(['relay-1'], 'one', NOON, NOON + 1_000);
  await leases.release(['relay-1'], 'one');
}
