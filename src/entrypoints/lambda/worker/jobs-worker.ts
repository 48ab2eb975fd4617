import { TOKENS } from '../../../composition/tokens.ts';
import { jobsRound } from '../../worker/jobs.ts';
import type { Invocation } from '../function/invocation.ts';
import type { PlatformOfFunction } from '../function/platform-function.ts';
import { RESERVE_MS, runRounds, type WorkResult } from './run-rounds.ts';

/** Gives jobs turns for one invocation; a turn under way ends at its next step when little time is left. */
export function workFor(
  invocation: Invocation,
  { platform, log, metrics }: PlatformOfFunction,
): Promise<WorkResult> {
  const turns = metrics.counted('job_turns', 'end');
  const record = ({ end }: Readonly<{ end: string }>) => turns.inc({ end });
  const isStopping = () => invocation.remainingMs() < 2 * RESERVE_MS;
  const round = jobsRound({ run: platform.get(TOKENS.jobs).run, record, log }, isStopping);
  return runRounds({ name: 'jobs', round, log, metrics }, invocation);
}
