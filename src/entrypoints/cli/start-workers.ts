import type { ApprovalsUseCases } from '../../application/approvals/approvals-use-cases.ts';
import type { UseCases } from '../../application/use-cases.ts';
import { present } from '../../domain/kernel/present.ts';
import { countedPayoutRecovery } from '../http/approvals/approvals-metrics.ts';
import { countedExpiry } from '../http/payments/expiry-metrics.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { APPROVALS_RETENTION, countRetention } from '../http/server/retention-metrics.ts';
import type { RunningWorker, WorkerLog } from '../worker/loop.ts';
import { startRetention } from '../worker/retention.ts';
import { countedRecovery } from './measure.ts';
import type { OpenSystem } from './open-system.ts';
import { deliverWebhooksOf } from './start-deliveries.ts';
import { queueSimulatedOf, runJobsOf } from './start-jobs.ts';
import { expireOf, recoverPaymentsOf, recoverPayoutsOf } from './start-recovery.ts';
import { relayApprovalsOf, relayEventsOf } from './start-relay.ts';

/** What workers do that requests do too. */
export type Worked = Readonly<{
  platform: Pick<UseCases, 'recoverPayments' | 'expireAuthorizations' | 'enforceRetention'>;
  approvals: Pick<ApprovalsUseCases, 'recoverPayouts' | 'enforceRetention'>;
}>;

/**
 * Both services' recovery, what voids authorizations that are about to lapse, relays events, delivers webhooks, does jobs and deletes what
 * was kept for its time; counted where there are `metrics`.
 */
export function startWorkers(
  { platform, approvals }: Pick<OpenSystem, 'platform' | 'approvals'>,
  worked: Worked,
  log: WorkerLog,
  metrics?: PlatformMetrics,
): readonly RunningWorker[] {
  const { recoverPayments, expireAuthorizations } = worked.platform;
  const { recoverPayouts } = worked.approvals;
  const counted = <Work>(work: Work, count: (work: Work, metrics: PlatformMetrics) => Work): Work =>
    metrics === undefined ? work : count(work, metrics);
  return [
    recoverPaymentsOf(platform, counted(recoverPayments, countedRecovery), log),
    expireOf(platform, counted(expireAuthorizations, countedExpiry), log),
    recoverPayoutsOf(approvals, counted(recoverPayouts, countedPayoutRecovery), log),
    relayEventsOf(platform, log, metrics),
    deliverWebhooksOf(platform, log, metrics),
    relayApprovalsOf(approvals, log, metrics),
    runJobsOf(platform, log, metrics),
    ...queueSimulatedOf(platform, log),
    startRetention({
      name: 'platform retention',
      enforce: worked.platform.enforceRetention,
      ...present({ record: metrics && countRetention(metrics) }),
      log,
    }),
    startRetention({
      name: 'approvals retention',
      enforce: worked.approvals.enforceRetention,
      ...present({ record: metrics && countRetention(metrics, APPROVALS_RETENTION) }),
      log,
    }),
  ];
}
