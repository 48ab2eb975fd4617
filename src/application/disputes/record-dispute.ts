import { err, errAsync, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { type Dispute, disputeKey, openDispute, updateDispute } from '../../domain/disputes/dispute.ts';
import { disputeAction, disputeEvent } from '../../domain/disputes/dispute-record.ts';
import type { RunningJob } from '../../domain/files/job.ts';
import { keysOfLine, type StatementLine, statementLineEntries } from '../../domain/files/statement-line.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { ProcessorHasNoRecord, ProcessorUnavailable } from '../../ports/processor.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../ports/processor-disputes.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Beside, JobHeldUp, JobStep, JobWork } from '../files/job-work.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { newLinesOf } from './dispute-lines.ts';
import { disputeNamed } from './queue-dispute.ts';

export type RecordDisputePorts = MovePorts &
  Readonly<{ payments: Payments; processorDisputes: ProcessorDisputes }>;

/** How long a processor that is away is left alone. It is asked for as long as it is. */
const AWAY_MS = 60_000;

/**
 * Reads a dispute at the processor and puts it on record as it is there, with the money that it took and gave back and the end of the job
 * in one commit; nothing when it is there already, or of no payment here. The dispute here is read before the processor is asked: a later
 * record that was committed meanwhile moves its version, and this one's commit is refused and made anew. So jobs may run in any order.
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
  const seen = await recordOf(ports, job);
  if (seen.isOk()) {
    const { beside, isEarly } = seen.value;
    return ok(isEarly ? { resumesAt: ports.clock.now() + AWAY_MS, beside } : { end: { done: 1 }, beside });
  }
  switch (seen.error.kind) {
    case 'ProcessorHasNoRecord':
    case 'PaymentNotFound':
      return ok({ end: { done: 0 } });
    case 'ProcessorUnavailable':
      return ok({ resumesAt: ports.clock.now() + AWAY_MS });
    case 'StorageUnavailable':
      return err({ kind: 'JobHeldUp', code: 'storage_unavailable', cause: seen.error.cause });
  }
}

/** `isEarly`: the payment has not settled, and with it money of the dispute; it is read again. */
type Seen = Readonly<{ beside: Beside; isEarly: boolean }>;

const recordOf = (ports: RecordDisputePorts, job: RunningJob): ResultAsync<Seen, Unread> =>
  safeTry<Seen, Unread>(async function* () {
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
    const { lines, isEarly } = yield* newLinesOf(ports, payment, found, at);
    return ok({ beside: changeOf(ports, before, next, lines, at), isEarly });
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

/** All of it is guarded: a rival that records the dispute, or posts one of the lines, refuses this. */
function changeOf(
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
