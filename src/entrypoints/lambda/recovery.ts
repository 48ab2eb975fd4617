import { ok } from 'neverthrow';
import type { Round } from '../worker/loop.ts';
import { recoveryRound } from '../worker/recovery.ts';
import { platformFunction } from './function/platform-function.ts';
import { countingStuck } from './worker/counted-work.ts';
import { runRounds } from './worker/run-rounds.ts';

/**
 * Finishes payments, captures, refunds and voids that a request left open, and voids what the processor is about to let lapse, by
 * schedule.
 */
export const handler = platformFunction(({ useCases, log, metrics }) => {
  const { recoverPayments, expireAuthorizations } = useCases();
  const name = 'payment recovery';
  const recovery = recoveryRound({
    name,
    recover: countingStuck(recoverPayments, metrics, 'payments_stuck'),
    log,
  });
  const expiry = recoveryRound({
    name: 'authorization expiry',
    recover: countingStuck(expireAuthorizations, metrics, 'authorizations_stuck'),
    log,
  });
  const round: Round = () =>
    recovery().andThen((recovered) =>
      expiry().andThen((expired) => ok(recovered === 'more' ? recovered : expired)),
    );
  return (_, invocation) => runRounds({ name, round, log, metrics }, invocation);
});
