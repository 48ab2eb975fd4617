import type pg from 'pg';
import { EVENTS_KEPT_MS } from '../../../domain/kernel/events.ts';
import { MESSAGES_KEPT_MS } from '../../../ports/approvals/approval-queue.ts';
import type { Retention } from '../../../ports/retention.ts';
import { leases, retentionOf } from '../retention.ts';
import { SCHEMA } from './migrate.ts';

/** In approvals' tables. */
export const postgresApprovalsRetention = (pool: pg.Pool): Retention =>
  retentionOf(pool, {
    response: { table: `${SCHEMA}.request_claim`, since: 'expires_at', keptMs: 0 },
    claim_trace: { table: `${SCHEMA}.request_claim_trace`, since: 'expires_at', keptMs: 0 },
    event: { table: `${SCHEMA}.sent_event`, since: 'created_at', keptMs: EVENTS_KEPT_MS },
    lease: leases(`${SCHEMA}.`),
    queued_message: { table: `${SCHEMA}.queue_message`, since: 'visible_at', keptMs: MESSAGES_KEPT_MS },
    published_event: { table: `${SCHEMA}.bus_event`, since: 'created_at', keptMs: EVENTS_KEPT_MS },
  });
