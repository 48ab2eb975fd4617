import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { jsonLogger } from '../http/server/logger.ts';
import { startRetention } from '../worker/retention.ts';
import type { Config } from './config.ts';
import type { ExitCode } from './exit-codes.ts';
import { notOpened } from './open-platform.ts';
import { openSystem } from './open-system.ts';
import { watchFaults } from './process-faults.ts';
import { deliverWebhooksOf } from './start-deliveries.ts';
import { queueSimulatedOf, runJobsOf } from './start-jobs.ts';
import { expireOf, recoverPaymentsOf, recoverPayoutsOf } from './start-recovery.ts';
import { relayApprovalsOf, relayEventsOf } from './start-relay.ts';
import { alarmTo, tellingTo } from './telling.ts';
import { standardError, type Terminal } from './terminal.ts';

/** Runs both services' recovery, voids what is about to lapse, relays events, delivers webhooks, does jobs and deletes what was kept for its time, until it is stopped. */
export async function workerCommand(config: Config, { out, err, untilStopped }: Terminal): Promise<ExitCode> {
  const log = jsonLogger({ level: config.logLevel, destination: standardError() });
  const opened = await openSystem({
    ...config,
    approvals: { ...config.approvals, ...tellingTo(log), payoutAlarm: alarmTo(log) },
  });
  if ('says' in opened) return notOpened(opened, err);
  const { platform, approvals, health, close } = opened;
  const { recoverPayments, expireAuthorizations, enforceRetention } = platform.get(TOKENS.useCases);
  const { recoverPayouts, ...approvalsUseCases } = approvals.get(APPROVALS_TOKENS.useCases);
  const faults = watchFaults(log);
  const workers = [
    recoverPaymentsOf(platform, recoverPayments, log),
    expireOf(platform, expireAuthorizations, log),
    recoverPayoutsOf(approvals, recoverPayouts, log),
    relayEventsOf(platform, log),
    deliverWebhooksOf(platform, log),
    relayApprovalsOf(approvals, log),
    runJobsOf(platform, log),
    ...queueSimulatedOf(platform, log),
    startRetention({ name: 'platform retention', enforce: enforceRetention, log }),
    startRetention({ name: 'approvals retention', enforce: approvalsUseCases.enforceRetention, log }),
  ];
  out(`paywright worker is running on ${health.name}\n`);
  const code = await faults.untilEnd(untilStopped);
  await Promise.all(workers.map((worker) => worker.stop()));
  await close();
  faults.close();
  return code;
}
