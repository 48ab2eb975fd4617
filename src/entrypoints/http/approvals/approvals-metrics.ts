import { Counter, Gauge } from 'prom-client';
import type { RecoverPayouts } from '../../../application/approvals/recover-payouts.ts';
import { RECOVERY_ENDS } from '../../../application/kernel/recovery-round.ts';
import type { ApprovalQueue } from '../../../ports/approvals/approval-queue.ts';
import type { PayoutAlarm } from '../../../ports/approvals/payout-alarm.ts';
import type { Payouts } from '../../../ports/approvals/payouts.ts';
import type { ApprovalBacklog, VendorPayments } from '../../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../../ports/clock.ts';
import { measured } from '../server/measurements.ts';
import type { PlatformMetrics } from '../server/metrics.ts';
import { readNowAndThen } from '../server/outbox-metrics.ts';

/** As far as waiting payments are counted at a scrape. */
const MOST_COUNTED = 1_000;

/** What waits for people to approve it, read every few seconds at most. No numbers while the store does not answer. */
export function watchApprovalQueue(
  { registry }: PlatformMetrics,
  { vendorPayments, clock }: Readonly<{ vendorPayments: Pick<VendorPayments, 'backlog'>; clock: Clock }>,
): void {
  const read = readNowAndThen(() => vendorPayments.backlog(MOST_COUNTED));
  const gauge = (name: string, help: string, valueOf: (waiting: ApprovalBacklog) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const waiting = await read();
        this.set(waiting === undefined ? Number.NaN : valueOf(waiting));
      },
    });
  gauge(
    'paywright_approval_queue_depth',
    'Vendor payments that wait for approval; counted up to 1 000.',
    ({ count }) => count,
  );
  gauge(
    'paywright_approval_queue_oldest_seconds',
    'How long the oldest of them has waited; 0 when none does.',
    ({ oldestAt }) => (oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt) / 1_000),
  );
}

/** What approvers' tools have to receive, read every few seconds at most. No numbers while the queue does not answer. */
export function watchQueuedMessages(
  { registry }: PlatformMetrics,
  { queue, clock }: Readonly<{ queue: Pick<ApprovalQueue, 'depth'>; clock: Clock }>,
): void {
  const read = readNowAndThen(() => queue.depth(clock.now()));
  new Gauge({
    name: 'paywright_approval_queue_messages',
    help: "Messages of the approvers' queue: waiting, hidden after they were received, and dead. SQS counts roughly; a stand-in up to 1 000.",
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const depth = await read();
      for (const state of ['waiting', 'hidden', 'dead'] as const)
        this.set({ state }, depth === undefined ? Number.NaN : depth[state]);
    },
  });
}

/** The same paying side, its calls timed by outcome beside those of the processor. */
export function measuredPayouts(payouts: Payouts, { processor }: PlatformMetrics): Payouts {
  const as = (call: string) => (seconds: number, outcome: string) =>
    processor.observe({ call, outcome }, seconds);
  return {
    pay: measured((order) => payouts.pay(order), as('pay')),
    lookup: measured((reference) => payouts.lookup(reference), as('lookup_payout')),
  };
}

/** The same recovery, what its rounds did counted. */
export function countedPayoutRecovery(
  recover: RecoverPayouts,
  { registry }: PlatformMetrics,
): RecoverPayouts {
  const outcomes = new Counter({
    name: 'paywright_recovery_payouts_total',
    help: 'Open payouts that recovery took up, by what became of them.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (limit) =>
    recover(limit).map((round) => {
      for (const outcome of RECOVERY_ENDS) outcomes.inc({ outcome }, round[outcome]);
      return round;
    });
}

/** The same alarm, what it was raised for counted. */
export function countedPayoutAlarm(alarm: PayoutAlarm, { registry }: PlatformMetrics): PayoutAlarm {
  const raised = new Counter({
    name: 'paywright_payouts_withheld_total',
    help: 'Payouts that did not go out because the stored payment was changed, or its approvals do not hold, and those of which the processor says another amount.',
    labelNames: ['reason'],
    registers: [registry],
  });
  const reasons = {
    PaymentNotIntact: 'payment_not_intact',
    ApprovalVoid: 'approval_void',
    PayoutDiffers: 'payout_differs',
  } as const;
  for (const reason of Object.values(reasons)) raised.inc({ reason }, 0);
  return {
    raise(withheld) {
      raised.inc({ reason: reasons[withheld.reason] });
      alarm.raise(withheld);
    },
  };
}
