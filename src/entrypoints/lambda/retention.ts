import { TOKENS } from '../../composition/tokens.ts';
import { retentionRound } from '../worker/retention.ts';
import { platformFunction } from './function/platform-function.ts';
import { runRounds } from './worker/run-rounds.ts';

/** Deletes what the platform kept for its time, by schedule. */
export const handler = platformFunction(({ platform, log, metrics }) => {
  const { enforceRetention } = platform.get(TOKENS.useCases);
  const name = 'platform retention';
  const round = retentionRound({ name, enforce: enforceRetention, log });
  return (_, invocation) => runRounds({ name, round, log, metrics }, invocation);
});
