import type { JobTurn, RunJobs } from '../../application/files/run-jobs.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  type Round,
  type RunningWorker,
  type Sleep,
  type Subscribe,
  sleepOf,
  startLoop,
  type WorkerLog,
} from './loop.ts';

export type JobParts = Readonly<{
  run: RunJobs;
  subscribe: Subscribe;
  /** Whether there is work for any worker, or will be within that time; without it the worker does not sleep. */
  isAwaited?: Sleep['isAwaited'];
  /** What each turn came to, for the metrics. */
  record?: (turn: JobTurn) => void;
  log: WorkerLog;
  random?: () => number;
}>;

/** As many turns as a round takes side by side, twice. */
const TURNS_PER_ROUND = 8;
const POLL_MS = 1_000;
/** How late a job is taken whose time came where nothing happened for a while. */
const REST_MS = 5_000;
/** Jobs that come in quick succession share a round. */
const GATHER_MS = 50;
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

/** Gives jobs turns: round after round while there are any, once a second otherwise, or in 5 s where none came for a while, and none while no job will be due soon. A stop ends turns at their next step. */
export function startJobs(parts: JobParts): RunningWorker {
  let isStopping = false;
  const loop = startLoop({
    name: 'jobs',
    round: jobsRound(parts, () => isStopping),
    pollMs: POLL_MS,
    restMs: REST_MS,
    gatherMs: GATHER_MS,
    subscribe: parts.subscribe,
    ...sleepOf(parts.isAwaited),
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
