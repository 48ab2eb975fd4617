import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { RequestKey } from '../../../domain/approvals/request-claim.ts';
import type { Instant } from '../../../domain/kernel/instant.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { StoredClaim, StoredRows, StoredTrace } from '../../../ports/approvals/stored-rows.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import { findAll } from '../reads.ts';
import { type ClaimRow, claimFromRow, claimToRow } from './request-claims.ts';

const PAGE = 500;

/** A page of the claims by key, or behind all of them of the traces. */
export function storedClaims(pool: pg.Pool, after: string | undefined): ReturnType<StoredRows['claims']> {
  const { of, key }: Cursor = after === undefined ? START : (JSON.parse(after) as Cursor);
  const rows: ResultAsync<readonly (StoredClaim | StoredTrace)[], StorageUnavailable> =
    of === 'claims'
      ? findAll(pool, { name: 'approvals.claims', text: CLAIMS, values: [...key, PAGE] }, storedClaim)
      : findAll(pool, { name: 'approvals.claim_traces', text: TRACES, values: [...key, PAGE] }, storedTrace);
  return rows.map((items) => {
    const next = nextOf(of, items);
    return { items, ...present({ next: next && JSON.stringify(next) }) };
  });
}

/** Where a walk stands: the table, and the key of the last row read of it. */
type Cursor = Readonly<{ of: 'claims' | 'traces'; key: readonly string[] }>;

const BEGINNING = ['', '', ''];
const START: Cursor = { of: 'claims', key: BEGINNING };

function nextOf(of: Cursor['of'], items: readonly (StoredClaim | StoredTrace)[]): Cursor | undefined {
  const last = items.at(-1);
  if (last === undefined || items.length < PAGE)
    return of === 'claims' ? { of: 'traces', key: BEGINNING } : undefined;
  const { caller, operation, key } = last.type === 'claim' ? last.claim : last.trace;
  return { of, key: [caller, operation, key] };
}

type StoredClaimRow = ClaimRow &
  RequestKey &
  Readonly<{ seal: string | null; sealed_since: number; is_whole: boolean }>;

/** Times are written in milliseconds, as those of events. */
const CLAIMS = `
  SELECT caller, operation, key, fingerprint, change_id, payment_id, version, created, held_until, created_at, expires_at,
    seal, approvals.sealed_since() AS sealed_since,
    (payment_id IS NULL) = (version IS NULL) AND (created_at, expires_at, coalesce(held_until, created_at)) = (
      date_trunc('milliseconds', created_at), date_trunc('milliseconds', expires_at),
      date_trunc('milliseconds', coalesce(held_until, created_at))) AS is_whole
  FROM approvals.request_claim
  WHERE (caller, operation, key) > ($1, $2, $3) ORDER BY caller, operation, key LIMIT $4`;

function storedClaim(row: StoredClaimRow): StoredClaim {
  const claim = claimFromRow(row, row);
  const isSealed = row.seal !== null;
  const isAsSealed = isSealed ? row.seal === claimToRow(claim).seal : row.created_at < row.sealed_since;
  return { type: 'claim', claim, isSealed, isSound: row.is_whole && isAsSealed };
}

type StoredTraceRow = RequestKey &
  Readonly<{ change_id: string; created_at: Instant; expires_at: Instant; is_whole: boolean }>;

const storedTrace = ({
  caller,
  operation,
  key,
  change_id: changeId,
  created_at: createdAt,
  expires_at: expiresAt,
  is_whole: isSound,
}: StoredTraceRow): StoredTrace => ({
  type: 'trace',
  trace: { caller, operation, key, changeId, createdAt, expiresAt },
  isSound,
});

const TRACES = `
  SELECT caller, operation, key, change_id, created_at, expires_at,
    (created_at, expires_at) = (date_trunc('milliseconds', created_at), date_trunc('milliseconds', expires_at)) AS is_whole
  FROM approvals.request_claim_trace
  WHERE (caller, operation, key) > ($1, $2, $3) ORDER BY caller, operation, key LIMIT $4`;
