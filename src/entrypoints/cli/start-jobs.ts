import type { Service } from '../../composition/compose-service.ts';
import { TOKENS } from '../../composition/tokens.ts';
import { present } from '../../domain/kernel/present.ts';
import { countJobs } from '../http/files/job-metrics.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { startJobs } from '../worker/jobs.ts';
import type { RunningWorker, WorkerLog } from '../worker/loop.ts';

/** Gives this process's share of the jobs their turns. */
export function runJobsOf(platform: Service, log: WorkerLog, metrics?: PlatformMetrics): RunningWorker {
  const record = metrics && countJobs(metrics);
  return startJobs({ run: platform.get(TOKENS.jobs), log, ...present({ record }) });
}
