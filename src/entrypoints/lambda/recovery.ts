import { TOKENS } from '../../composition/tokens.ts';
import { recoveryRound } from '../worker/recovery.ts';
import { platformFunction } from './function/platform-function.ts';
import { runRounds } from './worker/run-rounds.ts';

/** Finishes payments, captures, refunds and voids that a request left open, by schedule. */
export const handler = platformFunction(({ platform, log, metrics }) => {
  const { recoverPayments } = platform.get(TOKENS.useCases);
  const name = 'payment recovery';
  const round = recoveryRound({ name, recover: recoverPayments, log });
  return (_, invocation) => runRounds({ name, round, log, metrics }, invocation);
});
