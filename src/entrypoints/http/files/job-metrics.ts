import { Counter } from 'prom-client';
import type { JobTurn } from '../../../application/files/run-jobs.ts';
import type { PlatformMetrics } from '../server/metrics.ts';

/** Counts the turns that this process gives to jobs; gives what counts each. */
export function countJobs({ registry }: PlatformMetrics): (turn: JobTurn) => void {
  const turns = new Counter({
    name: 'paywright_job_turns_total',
    help: 'Turns of jobs by work and end: completed, failed, released, postponed, lost or waiting for the store.',
    labelNames: ['work', 'end'],
    registers: [registry],
  });
  return ({ work, end }) => turns.inc({ work, end });
}
