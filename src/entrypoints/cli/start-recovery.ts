import type { RecoverPayments } from '../../application/payments/recover-payments.ts';
import type { Service } from '../../composition/compose-service.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import type { RunningWorker, WorkerLog } from '../worker/loop.ts';
import { startRecovery } from '../worker/recovery.ts';

/** What is due hours before it has to be done. */
const EXPIRY_POLL_MS = 60_000;
/** The simulator holds some payments for seconds only. */
const SIMULATED_EXPIRY_POLL_MS = 5_000;

/** Finishes payments that were left open. */
export const recoverPaymentsOf = (
  platform: Service,
  recover: RecoverPayments,
  log: WorkerLog,
): RunningWorker =>
  startRecovery({ name: 'payment recovery', recover, ...platform.get(TOKENS.leftOpen).claims, log });

/** Voids what the processor is about to let lapse. */
export const expireOf = (platform: Service, recover: RecoverPayments, log: WorkerLog): RunningWorker =>
  startRecovery({
    name: 'authorization expiry',
    recover,
    ...platform.get(TOKENS.leftOpen).authorizations,
    pollMs: platform.get(TOKENS.simulated).disputes === undefined ? EXPIRY_POLL_MS : SIMULATED_EXPIRY_POLL_MS,
    log,
  });

/** Finishes payouts that were left open. */
export const recoverPayoutsOf = (
  approvals: Service,
  recover: RecoverPayments,
  log: WorkerLog,
): RunningWorker =>
  startRecovery({ name: 'payout recovery', recover, ...approvals.get(APPROVALS_TOKENS.leftOpen), log });
