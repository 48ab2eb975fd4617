import { err, errAsync, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { type Dispute, disputeKey, openDispute, updateDispute } from '../../domain/disputes/dispute.ts';
import { disputeAction, disputeEvent } from '../../domain/disputes/dispute-record.ts';
import type { RunningJob } from '../../domain/files/job.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { ProcessorHasNoRecord, ProcessorUnavailable } from '../../ports/processor.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../ports/processor-disputes.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Beside, JobHeldUp, JobStep, JobWork } from '../files/job-work.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { disputeNamed } from './queue-dispute.ts';

export type RecordDisputePorts = MovePorts &
  Readonly<{ payments: Payments; processorDisputes: ProcessorDisputes }>;

/** How long a processor that is away is left alone. It is asked for as long as it is. */
const AWAY_MS = 60_000;

/**
 * Reads a dispute at the processor and puts it on record as it is there, with the end of the job in one commit; nothing when it is
 * there already, or of no payment here. The dispute here is read before the processor is asked: a later record that was
 * committed meanwhile moves its version, and this one's commit is refused and made anew. So jobs may run in any order.
 */
export const recordDispute = (ports: RecordDisputePorts): JobWork => ({
  async *run(job) {
    yield await stepOf(ports, job);
  },
  failing: () => okAsync({}),
  cleanUp: () => okAsync(undefined),
});

type Unread = ProcessorHasNoRecord | ProcessorUnavailable | PaymentNotFound | StorageUnavailable;

async function stepOf(ports: RecordDisputePorts, job: RunningJob): Promise<Result<JobStep, JobHeldUp>> {
  const beside = await besideOf(ports, job);
  if (beside.isOk()) return ok({ end: { done: 1 }, beside: beside.value });
  switch (beside.error.kind) {
    case 'ProcessorHasNoRecord':
    case 'PaymentNotFound':
      return ok({ end: { done: 0 } });
    case 'ProcessorUnavailable':
      return ok({ resumesAt: ports.clock.now() + AWAY_MS });
    case 'StorageUnavailable':
      return err({ kind: 'JobHeldUp', code: 'storage_unavailable', cause: beside.error.cause });
  }
}

const besideOf = (ports: RecordDisputePorts, job: RunningJob): ResultAsync<Beside, Unread> =>
  safeTry<Beside, Unread>(async function* () {
    const name = disputeNamed(job.subject.id);
    const payment = yield* disputedPayment(ports, yield* ports.processorDisputes.find(name));
    const before = yield* ports.aggregates.findByKey(payment.merchantId, 'dispute', disputeKey(name.id));
    const found = yield* ports.processorDisputes.find(name);
    const at = ports.clock.now();
    const next =
      before === undefined
        ? openDispute({
            ...found,
            id: ports.ids.dispute(at),
            merchantId: payment.merchantId,
            paymentId: payment.id,
            createdAt: at,
          })
        : updateDispute(before, found, at);
    return ok(next === undefined ? {} : changeOf(ports, before, next));
  });

/** The payment that the charge names, if it is that charge's: what is in a charge's metadata can be written by others. */
function disputedPayment(
  { payments }: RecordDisputePorts,
  { about, chargeId }: ProcessorDispute,
): ResultAsync<Payment, Unread> {
  if (about === undefined) return errAsync(noRecord);
  return payments
    .find(about.merchantId, about.paymentId)
    .andThen((payment) => (payment.processorId === chargeId ? ok(payment) : err(noRecord)));
}

const noRecord: ProcessorHasNoRecord = { kind: 'ProcessorHasNoRecord' };

const ORIGIN: Origin = { actor: { id: 'processor', type: 'system' }, requestId: 'dispute' };

function changeOf(ports: RecordDisputePorts, before: Dispute | undefined, next: Dispute): Beside {
  const { guarded, entry } = auditedAggregate(ports, {
    at: next.updatedAt,
    origin: ORIGIN,
    action: disputeAction(before, next),
    next,
    ...(before === undefined ? { takes: [disputeKey(next.processorId)] } : { before }),
  });
  return {
    aggregates: [guarded],
    audit: [entry],
    events: [disputeEvent(before, next, ports.ids.event(next.updatedAt))],
  };
}
