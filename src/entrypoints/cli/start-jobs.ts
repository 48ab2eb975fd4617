import { queueOpened } from '../../application/disputes/queue-opened.ts';
import type { Service } from '../../composition/compose-service.ts';
import { TOKENS } from '../../composition/tokens.ts';
import { present } from '../../domain/kernel/present.ts';
import { countJobs } from '../http/files/job-metrics.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { startJobs } from '../worker/jobs.ts';
import { type RunningWorker, startLoop, type WorkerLog } from '../worker/loop.ts';

/** Gives this process's share of the jobs their turns. */
export function runJobsOf(platform: Service, log: WorkerLog, metrics?: PlatformMetrics): RunningWorker {
  const record = metrics && countJobs(metrics);
  return startJobs({ ...platform.get(TOKENS.jobs), log, ...present({ record }) });
}

/** Where the simulator acts, what its books say is disputed is queued in place of notifications. */
export function queueSimulatedOf(platform: Service, log: WorkerLog): readonly RunningWorker[] {
  const { disputes } = platform.get(TOKENS.simulated);
  if (disputes === undefined) return [];
  const queue = queueOpened(disputes.opened, platform.get(TOKENS.useCases).queueDispute);
  const round = () => queue().map((queued) => (queued > 0 ? ('more' as const) : ('idle' as const)));
  return [startLoop({ name: 'simulated disputes', round, pollMs: 1_000, longestPauseMs: 30_000, log })];
}
