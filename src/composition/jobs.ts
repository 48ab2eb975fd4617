import type { ResultAsync } from 'neverthrow';
import { ACCEPT_WORK } from '../application/disputes/accept-dispute.ts';
import { closeAccepted } from '../application/disputes/close-accepted.ts';
import { disputeRows } from '../application/disputes/dispute-rows.ts';
import { DISPUTE_WORK } from '../application/disputes/queue-dispute.ts';
import { recordDispute } from '../application/disputes/record-dispute.ts';
import { CLOSING_WORK, closeSettlementsOfFailed } from '../application/files/close-settlements.ts';
import { COMPARISON_WORK, comparePayments } from '../application/files/compare-payments.ts';
import { type ExportTerms, exportWork } from '../application/files/export-work.ts';
import type { JobWork } from '../application/files/job-work.ts';
import { receiveUploads, UPLOAD_WORK } from '../application/files/receive-upload.ts';
import { RECONCILIATION_WORK, reconcileFile } from '../application/files/reconcile-file.ts';
import { REPORT_WORK } from '../application/files/reconciliation-moves.ts';
import { reportWork } from '../application/files/report-reconciliation.ts';
import { JOB_TERMS, jobsDueBy, type RunJobs, runJobs } from '../application/files/run-jobs.ts';
import { runSchedules, SCHEDULE_WORK } from '../application/files/run-schedules.ts';
import { EXPORT_WORKS } from '../application/files/start-export.ts';
import type { Ports } from '../application/use-cases.ts';
import type { JobWorkName } from '../domain/files/job.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';

/** Who does the jobs of each kind. A job that none of them does is left to a process of the version that has it. */
const jobWorks = (ports: Ports, exportTerms?: ExportTerms): ReadonlyMap<JobWorkName, JobWork> =>
  new Map<JobWorkName, JobWork>([
    ...EXPORT_WORKS.map((work) => [work, exportWork(ports, exportTerms)] as const),
    [SCHEDULE_WORK, runSchedules(ports)],
    [RECONCILIATION_WORK, reconcileFile(ports, [disputeRows(ports)])],
    [CLOSING_WORK, closeSettlementsOfFailed(ports)],
    [REPORT_WORK, reportWork(ports)],
    [UPLOAD_WORK, receiveUploads(ports)],
    [COMPARISON_WORK, comparePayments(ports)],
    ...disputeWork(ports),
  ]);

const disputeWork = ({ processorDisputes, ...ports }: Ports): readonly (readonly [JobWorkName, JobWork])[] =>
  processorDisputes === undefined
    ? []
    : [
        [DISPUTE_WORK, recordDispute({ ...ports, processorDisputes })],
        [ACCEPT_WORK, closeAccepted({ ...ports, processorDisputes })],
      ];

/** What gives jobs their turns, in this process. */
export type Jobs = Readonly<{
  run: RunJobs;
  /** Whether a job that this version does is due, or will be within that time. */
  isAwaited: (withinMs: number) => ResultAsync<boolean, StorageUnavailable>;
  /** Calls `wake` when there may be a job to take; gives back what ends that. */
  subscribe: (wake: () => void) => () => void;
}>;

/** `exportTerms` are for those who export few rows, and want parts of them all the same. */
export function jobsOf(ports: Ports, exportTerms?: ExportTerms): Jobs {
  const works = jobWorks(ports, exportTerms);
  return {
    run: runJobs(ports, works, { ...JOB_TERMS, holder: crypto.randomUUID() }),
    isAwaited: (withinMs) =>
      jobsDueBy(ports.aggregates, works, () => ports.clock.now() + withinMs).map((jobs) => jobs.length > 0),
    subscribe: (wake) => ports.wakeUps.subscribe('jobs', wake),
  };
}
