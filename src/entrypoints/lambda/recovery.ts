import { ok } from 'neverthrow';
import { TOKENS } from '../../composition/tokens.ts';
import type { Round } from '../worker/loop.ts';
import { recoveryRound } from '../worker/recovery.ts';
import { platformFunction } from './function/platform-function.ts';
import { countingStuck, measureAttention } from './worker/counted-work.ts';
import { runRounds } from './worker/run-rounds.ts';

/**
 * Finishes payments, captures, refunds and voids that a request left open, and voids what the processor is about to let lapse, by
 * schedule. Each run measures for how long people have not looked at what it cannot end.
 */
export const handler = platformFunction(({ platform, useCases, log, metrics }) => {
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
  const { payments } = platform.get(TOKENS.ports);
  const atEnd = () => measureAttention(payments, { log, metrics });
  return (_, invocation) => runRounds({ name, round, atEnd, log, metrics }, invocation);
});
