import { retentionRound } from '../worker/retention.ts';
import { approvalsFunction } from './function/approvals-function.ts';
import { runRounds } from './worker/run-rounds.ts';

/** Deletes what approvals kept for its time, by schedule. */
export const handler = approvalsFunction(({ useCases, log, metrics }) => {
  const { enforceRetention } = useCases();
  const name = 'approvals retention';
  const round = retentionRound({ name, enforce: enforceRetention, log });
  return (_, invocation) => runRounds({ name, round, log, metrics }, invocation);
});
