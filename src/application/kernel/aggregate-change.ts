import { okAsync, type ResultAsync } from 'neverthrow';
import { type Aggregate, auditedRecord } from '../../domain/aggregates/aggregate.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { linkOfChange } from '../../domain/kernel/audit-chain.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Change, Commits, GuardedAggregate } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import { auditLink } from '../kernel/audit-link.ts';

/** What every change of an aggregate needs. */
export type MovePorts = Readonly<{
  aggregates: Aggregates;
  commits: Commits;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

/** A change of an aggregate, decided but not yet written. */
export type AggregateMove = Readonly<{
  at: Instant;
  origin: Origin;
  /** What happened, such as `customer.created`. */
  action: string;
  /** Absent when the move creates the aggregate. */
  before?: Aggregate;
  next: Aggregate;
  /** Unique keys that the aggregate holds from now on, and that it lets go of. */
  takes?: readonly string[];
  releases?: readonly string[];
}>;

/** An aggregate with its link of the audit chain, ready to be part of a change. */
export function auditedAggregate(
  ports: Readonly<{ ids: Ids; digests: Digests }>,
  { at, origin, action, before, next, takes = [], releases = [] }: AggregateMove,
): Readonly<{ guarded: GuardedAggregate; entry: AuditEntry }> {
  const entry = auditLink(ports, {
    at,
    origin,
    merchantId: next.merchantId,
    entity: { entityType: next.kind, entityId: next.id, sequence: next.version, action },
    change: linkOfChange(
      before && { record: auditedRecord(before), auditHash: before.auditHash },
      auditedRecord(next),
    ),
  });
  const stored = { ...next, auditHash: entry.hash };
  return { guarded: { expected: before?.version ?? 0, next: stored, takes, releases }, entry };
}

/**
 * Puts into the change that does a request what has to be stored in the same commit: the request's claim with its
 * response. `done` is what the request will have done.
 */
export type ClaimWith<Done> = (change: Change, done: Done) => ResultAsync<Change, KeysUnavailable>;

/** Of a request without an idempotency key. */
export const unclaimed: ClaimWith<unknown> = (change) => okAsync(change);

/** A commit that changes one aggregate and nothing else, with an event of it when there is one. */
export function aggregateChange(
  ports: Readonly<{ ids: Ids; digests: Digests }>,
  move: AggregateMove,
  events: readonly DomainEvent[] = [],
): Change {
  const { guarded, entry } = auditedAggregate(ports, move);
  return {
    id: ports.ids.change(move.at),
    at: move.at,
    transactions: [],
    aggregates: [guarded],
    entries: [],
    tallies: [],
    audit: [entry],
    events,
  };
}
