import { randomUUID } from 'node:crypto';
import {
  COMPARISON_WORK,
  comparePayments,
  queueComparison,
} from '../../src/application/files/compare-payments.ts';
import { JOB_TERMS, runJobs } from '../../src/application/files/run-jobs.ts';
import { receiveNotification } from '../../src/application/payments/receive-notification.ts';
import { JOBS_TENANT } from '../../src/domain/kernel/ids.ts';

type Ports = Parameters<typeof comparePayments>[0] &
  Parameters<typeof queueComparison>[0] &
  Omit<Parameters<typeof receiveNotification>[0], 'queueComparison'>;

/** What takes notifications of a processor, and does the comparisons that they are a reason for. */
export function notified(ports: Ports) {
  const jobs = runJobs(ports, new Map([[COMPARISON_WORK, comparePayments(ports)]]), {
    ...JOB_TERMS,
    holder: randomUUID(),
  });
  return {
    receive: receiveNotification({ ...ports, queueComparison: queueComparison(ports) }),
    jobs,
    /** A turn of each comparison that is due. */
    compare: async () => (await jobs(1_000))._unsafeUnwrap(),
    /** How many have not ended. */
    open: async () =>
      (await ports.aggregates.list(JOBS_TENANT, 'job', { limit: 100, isOpen: true }))._unsafeUnwrap().length,
  };
}
