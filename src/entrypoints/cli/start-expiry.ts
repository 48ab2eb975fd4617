import type { RecoverPayments } from '../../application/payments/recover-payments.ts';
import type { Service } from '../../composition/compose-service.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { RunningWorker, WorkerLog } from '../worker/loop.ts';
import { startRecovery } from '../worker/recovery.ts';

/** What is due hours before it has to be done. */
const POLL_MS = 60_000;
/** The simulator holds some payments for seconds only. */
const SIMULATED_POLL_MS = 5_000;

/** Voids what the processor is about to let lapse. */
export const expireOf = (platform: Service, recover: RecoverPayments, log: WorkerLog): RunningWorker =>
  startRecovery({
    name: 'authorization expiry',
    recover,
    pollMs: platform.get(TOKENS.simulated).disputes === undefined ? POLL_MS : SIMULATED_POLL_MS,
    log,
  });
