import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import {
  hasExpired,
  type RequestClaim,
  type RequestKey,
  released,
  traceOf,
} from '../../../domain/approvals/request-claim.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { RequestClaims } from '../../../ports/approvals/request-claims.ts';
import { sealOf } from '../../shared/row-seal.ts';
import { withRetry } from '../faults.ts';
import { findOne } from '../reads.ts';

export const postgresRequestClaims = (pool: pg.Pool): RequestClaims => ({
  find: (key, now) =>
    findOne<ClaimRow, RequestClaim>(
      pool,
      {
        name: 'approvals.find_claim',
        text: `SELECT fingerprint, change_id, payment_id, version, created, held_until, created_at, expires_at
          FROM approvals.request_claim WHERE caller = $1 AND operation = $2 AND key = $3`,
        values: [key.caller, key.operation, key.key],
      },
      (row) => claimFromRow(key, row),
    ).map((claim) => (claim === undefined || hasExpired(claim, now) ? undefined : claim)),
  add: (claim) =>
    withRetry(() =>
      pool.query<Readonly<{ taken: boolean }>>({
        ...(traceOf(claim) === undefined ? TAKE : TAKE_TRACED),
        values: [jsonText(claimToRow(claim))],
      }),
    ).andThen(({ rows: [row] }) =>
      row?.taken === true ? okAsync(undefined) : errAsync({ kind: 'ClaimTaken' as const }),
    ),
  release: ({ caller, operation, key, changeId }) =>
    withRetry(() =>
      pool.query({
        name: 'approvals.release_claim',
        text: `UPDATE approvals.request_claim SET held_until = NULL
          WHERE caller = $1 AND operation = $2 AND key = $3 AND change_id = $4`,
        values: [caller, operation, key, changeId],
      }),
    ).map(() => undefined),
});

const TAKE = {
  name: 'approvals.take_claim',
  text: 'SELECT approvals.take_claim($1) IS NOT NULL AS taken',
};
const TAKE_TRACED = {
  name: 'approvals.take_traced_claim',
  text: 'SELECT approvals.take_traced_claim($1) IS NOT NULL AS taken',
};

/** Times are read as epoch milliseconds (see `postgresPool`). */
export type ClaimRow = Readonly<{
  fingerprint: string;
  change_id: string;
  payment_id: string | null;
  version: number | null;
  created: boolean;
  held_until: number | null;
  created_at: number;
  expires_at: number;
}>;

/** What `take_claim` reads, printed by `jsonText`; absent fields become null. */
export const claimToRow = (claim: RequestClaim) => ({
  caller: claim.caller,
  operation: claim.operation,
  key: claim.key,
  fingerprint: claim.fingerprint,
  change_id: claim.changeId,
  ...(claim.answer === undefined
    ? {}
    : { payment_id: claim.answer.paymentId, version: claim.answer.version }),
  created: claim.created,
  ...(claim.heldUntil === undefined ? {} : { held_until: rfc3339(claim.heldUntil) }),
  created_at: rfc3339(claim.createdAt),
  expires_at: rfc3339(claim.expiresAt),
  seal: sealOf('request_claim', released(claim)),
});

export const claimFromRow = (key: RequestKey, row: ClaimRow): RequestClaim => ({
  caller: key.caller,
  operation: key.operation,
  key: key.key,
  fingerprint: row.fingerprint,
  changeId: row.change_id,
  ...(row.payment_id === null || row.version === null
    ? {}
    : { answer: { paymentId: row.payment_id as VendorPaymentId, version: row.version } }),
  created: row.created,
  ...present({ heldUntil: row.held_until ?? undefined }),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});
