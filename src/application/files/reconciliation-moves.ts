import { rowsOf } from '../../domain/files/file-totals.ts';
import { type JobProgress, openJob } from '../../domain/files/job.ts';
import {
  type EndedReconciliation,
  type FileFault,
  failReconciliation,
  fileKey,
  type Reconciliation,
} from '../../domain/files/reconciliation.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import { type AggregateMove, auditedAggregate } from '../kernel/aggregate-change.ts';
import type { Beside } from './job-work.ts';

type Ports = Readonly<{ ids: Ids; digests: Digests }>;

/** What is committed for a reconciliation that moves, and how it is stored then. */
export function movedReconciliation<Next extends Reconciliation>(
  ports: Ports,
  action: string,
  before: Reconciliation,
  next: Next,
  releases: AggregateMove['releases'] = [],
): Readonly<{ beside: Beside; stored: Next }> {
  const move = { at: next.updatedAt, origin: originOf(next), action, before, next, releases };
  const { guarded, entry } = auditedAggregate(ports, move);
  return { beside: { aggregates: [guarded], audit: [entry] }, stored: { ...next, auditHash: entry.hash } };
}

/** What jobs that report on a reconciliation are called. */
export const REPORT_WORK = 'reconciliation_report';

/** The same for one that ends, with the job that reports on it. */
export function endedReconciliation(
  ports: Ports,
  before: Reconciliation,
  next: EndedReconciliation,
  releases: AggregateMove['releases'] = [],
): Beside {
  const { merchantId, id, updatedAt: at } = next;
  const { beside } = movedReconciliation(ports, `reconciliation.${next.status}`, before, next, releases);
  const report = openJob({
    id: ports.ids.job(at),
    work: REPORT_WORK,
    subject: { merchantId, id },
    createdAt: at,
  });
  const opened = auditedAggregate(ports, { at, origin: originOf(next), action: 'job.opened', next: report });
  return {
    aggregates: [...(beside.aggregates ?? []), opened.guarded],
    audit: [...(beside.audit ?? []), opened.entry],
  };
}

/** The bytes are free to be sent again. */
export function refusedReconciliation(
  ports: Ports,
  running: Exclude<Reconciliation, { status: 'completed' | 'failed' }>,
  fault: FileFault,
  at: Instant,
): Beside {
  const next = failReconciliation(running, fault, at);
  return endedReconciliation(ports, running, next, [fileKey(running)]);
}

export const progressOf = (each: Reconciliation): JobProgress => ({
  done: rowsOf(each.outcomes),
  ...('totals' in each && each.totals !== undefined ? { total: each.totals.rows } : {}),
});

/** Who does what a file brings about. */
export const originOf = ({ id }: Reconciliation): Origin => ({
  actor: { id: 'reconciliation', type: 'system' },
  requestId: id,
});
