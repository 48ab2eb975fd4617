import type { JobTurn, RunJobs } from '../../application/files/run-jobs.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Round, type RunningWorker, startLoop, type WorkerLog } from './loop.ts';

export type JobParts = Readonly<{
  run: RunJobs;
  /** What each turn came to, for the metrics. */
  record?: (turn: JobTurn) => void;
  log: WorkerLog;
  random?: () => number;
}>;

/** As many turns as a round takes side by side, twice. */
const TURNS_PER_ROUND = 8;
const POLL_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** One round of turns, which end at their next step once `isStopping`: more while a turn ended a job or gave one back. */
export function jobsRound(
  { run, record = () => {}, log }: Pick<JobParts, 'run' | 'record' | 'log'>,
  isStopping: () => boolean,
): Round {
  return () =>
    run(TURNS_PER_ROUND, isStopping).map((turns) => {
      for (const turn of turns) logTurn(turn);
      return turns.some(({ end }) => end === 'released' || end === 'completed') ? 'more' : 'idle';
    });

  function logTurn(turn: JobTurn): void {
    record(turn);
    const { id, work, subject, end, code, cause } = turn;
    const facts = { job: id, work, subject, end, ...present({ code, cause }) };
    if (end === 'failed') log.error(facts, 'a job failed');
    else if (end === 'postponed' || end === 'waiting') log.warn(facts, 'a job was held up');
    else log.info(facts, 'a job had its turn');
  }
}

/** Gives jobs turns: round after round while there are any, once a second otherwise. A stop ends turns at their next step. */
export function startJobs(parts: JobParts): RunningWorker {
  let isStopping = false;
  const loop = startLoop({
    name: 'jobs',
    round: jobsRound(parts, () => isStopping),
    pollMs: POLL_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    log: parts.log,
    ...present({ random: parts.random }),
  });
  return {
    stop() {
      isStopping = true;
      return loop.stop();
    },
  };
}
