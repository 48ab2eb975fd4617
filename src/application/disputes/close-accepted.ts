import { ok, okAsync, type Result } from 'neverthrow';
import { isDecided, refuseAcceptance } from '../../domain/disputes/dispute.ts';
import type { RunningJob } from '../../domain/files/job.ts';
import { parseId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { JobHeldUp, JobStep, JobWork } from '../files/job-work.ts';
import {
  AWAY_MS,
  disputeChange,
  type RecordDisputePorts,
  recordOf,
  stepAfter,
  stepWithout,
} from './record-dispute.ts';

/**
 * Asks the processor to close a dispute that was accepted, and puts on record what it is there then: accepted, or decided otherwise
 * before. Asked again, the processor closes nothing twice, so a crash and silence are followed by asking, then reading, again. A dispute
 * that the processor does not close is as it was before.
 */
export const closeAccepted = (ports: RecordDisputePorts): JobWork => ({
  async *run(job) {
    yield await stepOf(ports, job);
  },
  failing: () => okAsync({}),
  cleanUp: () => okAsync(undefined),
});

async function stepOf(ports: RecordDisputePorts, job: RunningJob): Promise<Result<JobStep, JobHeldUp>> {
  const { aggregates, payments, processorDisputes, clock } = ports;
  const { merchantId, id } = job.subject;
  const named = parseId('dsp', id);
  const found = named === undefined ? ok(undefined) : await aggregates.find(merchantId, 'dispute', named);
  if (found.isErr()) return stepWithout(ports, found.error);
  const dispute = found.value;
  if (dispute?.acceptRequestedAt === undefined || isDecided(dispute)) return ok({ end: { done: 0 } });
  const payment = await payments.find(merchantId, dispute.paymentId);
  if (payment.isErr()) return stepWithout(ports, payment.error);
  const name = { id: dispute.processorId, ...present({ account: payment.value.route?.account }) };
  const asked = await processorDisputes.accept(name);
  if (asked.isErr() && asked.error.kind === 'ProcessorUnavailable') return stepWithout(ports, asked.error);
  const read = await recordOf(ports, name, asked.isErr());
  if (read.isOk()) {
    const isOpen = asked.isOk() && !isDecided(read.value.dispute);
    return ok(
      isOpen ? { resumesAt: clock.now() + AWAY_MS, beside: read.value.beside } : stepAfter(ports, read.value),
    );
  }
  const step = stepWithout(ports, read.error);
  if (step.isErr() || !('end' in step.value)) return step;
  const at = clock.now();
  return ok({ ...step.value, beside: disputeChange(ports, dispute, refuseAcceptance(dispute, at), [], at) });
}
