import { rowsOf } from '../../domain/files/file-totals.ts';
import type { JobProgress } from '../../domain/files/job.ts';
import {
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

/** The bytes are free to be sent again. */
export function refusedReconciliation(
  ports: Ports,
  running: Exclude<Reconciliation, { status: 'completed' | 'failed' }>,
  fault: FileFault,
  at: Instant,
): Beside {
  const next = failReconciliation(running, fault, at);
  return movedReconciliation(ports, 'reconciliation.failed', running, next, [fileKey(running)]).beside;
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
