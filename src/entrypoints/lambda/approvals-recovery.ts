import { recoveryRound } from '../worker/recovery.ts';
import { approvalsFunction } from './function/approvals-function.ts';
import { countingStuck } from './worker/counted-work.ts';
import { runRounds } from './worker/run-rounds.ts';

/** Finishes payouts that a request left open, by schedule. */
export const handler = approvalsFunction(({ useCases, log, metrics }) => {
  const { recoverPayouts } = useCases();
  const name = 'payout recovery';
  const round = recoveryRound({
    name,
    recover: countingStuck(recoverPayouts, metrics, 'payouts_stuck'),
    log,
  });
  return (_, invocation) => runRounds({ name, round, log, metrics }, invocation);
});
