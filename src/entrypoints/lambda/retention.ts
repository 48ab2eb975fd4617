import { retentionRound } from '../worker/retention.ts';
import { platformFunction } from './function/platform-function.ts';
import { runRounds } from './worker/run-rounds.ts';

/** Deletes what the platform kept for its time, by schedule. */
export const handler = platformFunction(({ useCases, log, metrics }) => {
  const { enforceRetention } = useCases();
  const name = 'platform retention';
  const round = retentionRound({ name, enforce: enforceRetention, log });
  return (_, invocation) => runRounds({ name, round, log, metrics }, invocation);
});
