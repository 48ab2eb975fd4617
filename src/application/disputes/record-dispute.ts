import { err, errAsync, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import {
  type Dispute,
  disputeKey,
  isDecided,
  openDispute,
  refuseAcceptance,
  updateDispute,
} from '../../domain/disputes/dispute.ts';
import { disputeAction, disputeEvent } from '../../domain/disputes/dispute-record.ts';
import { keysOfLine, type StatementLine, statementLineEntries } from '../../domain/files/statement-line.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { isUnsettled } from '../../domain/payments/resolution.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { ProcessorHasNoRecord, ProcessorUnavailable } from '../../ports/processor.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../ports/processor-disputes.ts';
import type { NotifiedDispute } from '../../ports/processor-notifications.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Beside, JobHeldUp, JobStep, JobWork } from '../files/job-work.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { newLinesOf } from './dispute-lines.ts';
import { disputeNamed } from './queue-dispute.ts';

export type RecordDisputePorts = MovePorts &
  Readonly<{ payments: Payments; processorDisputes: ProcessorDisputes }>;

/** How long a processor that is away is left alone. It is asked for as long as it is. */
export const AWAY_MS = 60_000;

/**
 * Reads a dispute at the processor and puts it on record as it is there, with the money that it took and gave back and the end of the job
 * in one commit; nothing when it is there already, or of no payment here. The dispute here is read before the processor is asked: a later
 * record that was committed meanwhile moves its version, and this one's commit is refused and made anew. So jobs may run in any order.
 */
export const recordDispute = (ports: RecordDisputePorts): JobWork => ({
  async *run(job) {
    const seen = await recordOf(ports, disputeNamed(job.subject.id));
    yield seen.match(
      (read) => ok(stepAfter(ports, read)),
      (failure) => stepWithout(ports, failure),
    );
  },
  failing: () => okAsync({}),
  cleanUp: () => okAsync(undefined),
});

/** The payment that the charge names has not ended, and what the processor calls its charge is not known yet: it may be this one. */
export type ChargeUnnamed = Readonly<{ kind: 'ChargeUnnamed' }>;
export type Unread =
  | ProcessorHasNoRecord
  | ProcessorUnavailable
  | PaymentNotFound
  | ChargeUnnamed
  | StorageUnavailable;

/** What a look at the processor's record changes here. `isEarly`: money of it cannot be posted before the payment has settled. */
export type DisputeRead = Readonly<{ beside: Beside; isEarly: boolean; dispute: Dispute }>;

/** The job's end, unless the record has to be read again. */
export const stepAfter = ({ clock }: RecordDisputePorts, { beside, isEarly }: DisputeRead): JobStep =>
  isEarly ? { resumesAt: clock.now() + AWAY_MS, beside } : { end: { done: 1 }, beside };

/** What is not there is let go of, and what may come, or is away, is asked for again. */
export function stepWithout({ clock }: RecordDisputePorts, failure: Unread): Result<JobStep, JobHeldUp> {
  switch (failure.kind) {
    case 'ProcessorHasNoRecord':
    case 'PaymentNotFound':
      return ok({ end: { done: 0 } });
    case 'ProcessorUnavailable':
    case 'ChargeUnnamed':
      return ok({ resumesAt: clock.now() + AWAY_MS });
    case 'StorageUnavailable':
      return err({ kind: 'JobHeldUp', code: 'storage_unavailable', cause: failure.cause });
  }
}

/** `isRefused`: the processor has just said that it does not close the dispute. */
export const recordOf = (
  ports: RecordDisputePorts,
  name: NotifiedDispute,
  isRefused = false,
): ResultAsync<DisputeRead, Unread> =>
  safeTry<DisputeRead, Unread>(async function* () {
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
        : (updateDispute(before, found, at) ?? before);
    const left =
      isRefused && before?.acceptRequestedAt !== undefined && !isDecided(next)
        ? { ...refuseAcceptance(next, at), version: before.version + 1 }
        : next;
    const { lines, isEarly } = yield* newLinesOf(ports, payment, found, at);
    const changed = left === before ? undefined : left;
    return ok({ beside: disputeChange(ports, before, changed, lines, at), isEarly, dispute: left });
  });

/** The payment that the charge names, if it is that charge's: what is in a charge's metadata can be written by others. */
function disputedPayment(
  { payments }: RecordDisputePorts,
  { about, chargeId }: ProcessorDispute,
): ResultAsync<Payment, Unread> {
  if (about === undefined) return errAsync(noRecord);
  return payments.find(about.merchantId, about.paymentId).andThen((payment) => {
    if (payment.processorId === chargeId) return ok(payment);
    const isUnnamed = payment.processorId === undefined && isUnsettled(payment);
    return err(isUnnamed ? CHARGE_UNNAMED : noRecord);
  });
}

const CHARGE_UNNAMED: ChargeUnnamed = { kind: 'ChargeUnnamed' };

const noRecord: ProcessorHasNoRecord = { kind: 'ProcessorHasNoRecord' };

const ORIGIN: Origin = { actor: { id: 'processor', type: 'system' }, requestId: 'dispute' };

/** All of it is guarded: a rival that records the dispute, or posts one of the lines, refuses this. */
export function disputeChange(
  ports: RecordDisputePorts,
  before: Dispute | undefined,
  next: Dispute | undefined,
  lines: readonly StatementLine[],
  at: Instant,
): Beside {
  const moves = [
    ...(next === undefined
      ? []
      : [
          auditedAggregate(ports, {
            at,
            origin: ORIGIN,
            action: disputeAction(before, next),
            next,
            ...(before === undefined ? { takes: [disputeKey(next.processorId)] } : { before }),
          }),
        ]),
    ...lines.map((line) =>
      auditedAggregate(ports, {
        at,
        origin: ORIGIN,
        action: 'statement_line.announced',
        next: line,
        takes: keysOfLine(line),
      }),
    ),
  ];
  return {
    aggregates: moves.map(({ guarded }) => guarded),
    audit: moves.map(({ entry }) => entry),
    entries: lines.flatMap((line) => statementLineEntries(line, () => ports.ids.ledgerEntry(at))),
    events: next === undefined ? [] : [disputeEvent(before, next, ports.ids.event(at))],
  };
}
