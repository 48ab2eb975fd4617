import { randomUUID } from 'node:crypto';
import { okAsync, ResultAsync } from 'neverthrow';
import { systemApprovalIds } from '../../src/adapters/system/approval-ids.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { Done, KeyedApproval } from '../../src/application/approvals/answer-once.ts';
import type { ClaimApproval } from '../../src/application/approvals/approval-change.ts';
import { DEFAULT_EVENT_SOURCES } from '../../src/application/approvals/approval-rules.ts';
import type { NewVendorPayment } from '../../src/application/approvals/create-vendor-payment.ts';
import { releaseApprovalEvent } from '../../src/application/approvals/release-event.ts';
import type { IncidentId, PayerId, VendorId, VendorPaymentId } from '../../src/domain/approvals/ids.ts';
import { sentEvent } from '../../src/domain/approvals/sent-event.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { ADMIN, anApprover, asked, DISPATCHER, MAKER, SYSTEM } from '../fixtures/approvals.ts';
import { digests } from '../fixtures/changes.ts';
import { anApprovalsApp } from './approvals-app.ts';

const LARGE = 600_000n;
/** Vendors whose simulated bank refuses, or is away. */
const REFUSED = '00000000-0000-4000-8000-000000000001' as VendorId;
const AWAY = '00000000-0000-4000-8000-000000000005' as VendorId;

type Parts = Partial<NewVendorPayment> & Readonly<{ cents?: bigint }>;

/**
 * Approvals in which payments stand in every state, with voided approvals, a suspect, one that an event made, and events
 * that wait, were deferred and are parked, one for the second time.
 */
export async function aBusyApprovalsStore(storage: ApprovalsStorage) {
  const { useCases } = anApprovalsApp(storage, {
    ports: {
      fraudScorer: {
        score: ({ metadata }) =>
          okAsync({ score: metadata['suspect'] === true ? 900 : 120, reasons: [], rules: 'busy-1' }),
      },
    },
  });
  const create = async (
    { cents = 10_000n, ...parts }: Parts = {},
    claim?: ClaimApproval,
  ): Promise<VendorPaymentId> => {
    const lineItems = [
      { description: 'Towing', quantity: 1, unitPriceCents: cents - 500n },
      { description: 'Mileage', quantity: 2, unitPriceCents: 250n },
    ];
    const order: NewVendorPayment = {
      incidentId: randomUUID() as IncidentId,
      vendorId: randomUUID() as VendorId,
      payerType: 'back_office',
      amountCents: cents,
      lineItems,
      metadata: { note: 'ü', list: [1, { deep: true }] },
      ...parts,
    };
    const origin = { ...asked(MAKER).origin, ipAddress: '203.0.113.7', userAgent: 'curl/8' };
    return (await useCases.createVendorPayment({ by: MAKER, origin, order }, claim))._unsafeUnwrap().id;
  };
  /** Does a request under an idempotency key. What the request `answers` is its own, and a hold ends with a payment that does. */
  const keyed = async <Value>(
    operation: KeyedApproval['operation'],
    work: (claim: ClaimApproval) => Promise<Value>,
    answers: (value: Value) => Partial<Done> = () => ({}),
    key = `${operation} "ü" #`,
  ): Promise<Value> => {
    let value: Value | undefined;
    const request = { by: MAKER, operation, key, payload: {} };
    const done = async (claim: ClaimApproval): Promise<Done> => {
      value = await work(claim);
      return { created: operation === 'create', ...answers(value) };
    };
    (await useCases.answerOnce(request, (claim) => ResultAsync.fromSafePromise(done(claim))))._unsafeUnwrap();
    return value as Value;
  };
  const approve = async (
    id: VendorPaymentId,
    by = DISPATCHER,
    claim?: ClaimApproval,
  ): Promise<VendorPayment> => {
    const { termsHash } = (await storage.vendorPayments.find(id))._unsafeUnwrap() as VendorPayment;
    return (
      await useCases.approveVendorPayment({ ...asked(by), id, notes: 'Seen ☕', termsHash }, claim)
    )._unsafeUnwrap();
  };
  const approved = async (parts?: Parts) => {
    const id = await create(parts);
    await approve(id);
    return id;
  };
  const process = async (id: VendorPaymentId, claim?: ClaimApproval) =>
    (await useCases.processVendorPayment({ ...asked(ADMIN), id }, claim))._unsafeUnwrap().status;

  const pending = await keyed('create', (claim) => create({ cents: LARGE }, claim));
  await approve(pending);
  (
    await useCases.changeVendorPayment({
      ...asked(anApprover('editor-1', 'dispatcher')),
      id: pending,
      lineItems: [{ description: 'Towing, far', quantity: 3, unitPriceCents: LARGE }],
    })
  )._unsafeUnwrap();
  await approve(pending);
  const suspect = await create({
    metadata: { suspect: true },
    payerId: randomUUID() as PayerId,
    dueDate: '2026-03-31',
  });
  const reviewed = await create({ metadata: { suspect: true } });
  const review = { ...asked(ADMIN), id: reviewed, outcome: 'fraud', notes: 'Not their work ☕' } as const;
  await keyed('review', async (claim) => (await useCases.reviewVendorPayment(review, claim))._unsafeUnwrap());
  const waiting = await create();
  await keyed('approve', (claim) =>
    approve(waiting, { ...DISPATCHER, vendorId: randomUUID() as VendorId }, claim),
  );
  const completed = await approved();
  const failed = await approved({ vendorId: REFUSED });
  const processing = await approved({ vendorId: AWAY });
  const cancelled = await approved();
  const states = [
    await process(completed),
    await process(failed),
    await keyed('process', (claim) => process(processing, claim)),
  ];
  if (states.join() !== 'completed,failed,processing') throw new Error(`payouts ended as ${states.join()}`);
  (
    await useCases.rejectVendorPayment({ ...asked(DISPATCHER), id: cancelled, reason: 'Not our vendor' })
  )._unsafeUnwrap();
  const refused = {
    by: MAKER,
    origin: { ...asked(MAKER).origin, ipAddress: '203.0.113.7', userAgent: 'curl/8' },
  };
  await useCases.rejectVendorPayment({
    ...asked(anApprover('vendor-1', 'vendor')),
    id: waiting,
    reason: 'Mine',
  });
  for (const _ of [1, 2]) await useCases.approveVendorPayment({ ...refused, id: suspect });
  const work = {
    eventId: 'event-1',
    source: DEFAULT_EVENT_SOURCES[0] ?? '',
    incidentId: randomUUID() as IncidentId,
    vendorId: randomUUID() as VendorId,
    completedAt: Date.now() - 60_000,
    workDetails: { photos: [], serviceType: 'Towing', duration: 45 },
    basePriceCents: 9_000n,
    mileageChargeCents: 100n,
    additionalCharges: [],
  };
  const made = (await useCases.recordWorkCompleted({ ...asked(SYSTEM), work }))._unsafeUnwrap();
  const again = () => useCases.recordWorkCompleted({ ...asked(SYSTEM), work });
  await keyed(
    'record',
    async () => (await again())._unsafeUnwrap().payment,
    (payment) => present({ payment }),
  );
  await keyed('record', async () => undefined, undefined, 'of nothing');
  const [deferred, parked, sent] = (await storage.outbox.unsent(3))._unsafeUnwrap();
  if (deferred === undefined || parked === undefined || sent === undefined)
    throw new Error('nothing waits to be sent');
  (await storage.sentEvents.addAll([sentEvent(sent, digests.sha256)]))._unsafeUnwrap();
  (await storage.outbox.sent([sent]))._unsafeUnwrap();
  (await storage.outbox.failed({ ...deferred, tries: 0 }, 'away', Date.now() + 3_600_000))._unsafeUnwrap();
  const park = async () =>
    (await storage.outbox.failed({ ...parked, tries: 4 }, 'refused', 'parked'))._unsafeUnwrap();
  await park();
  const ports = { ...storage, clock: systemClock, approvalIds: systemApprovalIds, digests };
  const operator = { ...refused.origin, actor: { id: 'operator-1', type: 'admin' } as const };
  (await releaseApprovalEvent(ports)({ id: parked.id, origin: operator }))._unsafeUnwrap();
  await park();
  return {
    useCases,
    create,
    approve,
    process,
    pending,
    suspect,
    reviewed,
    waiting,
    completed,
    failed,
    processing,
    cancelled,
    made: made.payment?.id as VendorPaymentId,
  };
}
