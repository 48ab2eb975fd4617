import { err } from 'neverthrow';
import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import {
  hasExpired,
  type RequestClaim,
  type RequestClaimTrace,
  type RequestKey,
  released,
  traceOf,
} from '../../../domain/approvals/request-claim.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { RequestClaims } from '../../../ports/approvals/request-claims.ts';
import { sealOf } from '../../shared/row-seal.ts';
import { type Condition, updateItem } from '../conditional-writes.ts';
import { attempt } from '../faults.ts';
import type { Item } from '../items.ts';
import { findOne, type Read } from '../reads.ts';
import { type Table, TTL_ATTRIBUTE } from '../table.ts';
import { type Operation, refused, transact } from '../transactions.ts';
import { claimTraceKey, requestClaimKey } from './keys.ts';

export const dynamodbRequestClaims = (table: Table, read: Read): RequestClaims => ({
  find: (key, now) =>
    findOne(read, requestClaimKey(key), (item) => claimOf(item, key)).map((claim) =>
      claim === undefined || hasExpired(claim, now) ? undefined : claim,
    ),
  add: (claim) => {
    const writes = claimWrites(table.name, claim);
    return transact(table, writes, (fault) =>
      refused(writes, fault)?.some(({ refusal }) => refusal === 'ClaimTaken') === true
        ? err({ kind: 'ClaimTaken' as const })
        : undefined,
    );
  },
  release: (claim) =>
    attempt(() =>
      updateItem(table, {
        Key: requestClaimKey(claim),
        UpdateExpression: 'REMOVE held_until',
        ConditionExpression: 'change_id = :change',
        ExpressionAttributeValues: { ':change': claim.changeId },
      }),
    ).map(() => undefined),
});

/** The claim, and its trace where it has one. */
export function claimWrites(
  table: string,
  claim: RequestClaim,
): readonly Readonly<{ operation: Operation; refusal?: 'ClaimTaken' }>[] {
  const trace = traceOf(claim);
  const taken = { TableName: table, Item: claimItem(claim), ...freeFor(claim) };
  return [
    { operation: { Put: taken }, refusal: 'ClaimTaken' },
    ...(trace === undefined ? [] : [{ operation: { Put: { TableName: table, Item: traceItem(trace) } } }]),
  ];
}

/** Deleted by time, as the claim is. */
export const traceItem = (trace: RequestClaimTrace): Item => ({
  ...claimTraceKey(trace),
  change_id: trace.changeId,
  created_at: trace.createdAt,
  expires_at: trace.expiresAt,
  [TTL_ATTRIBUTE]: Math.ceil(trace.expiresAt / 1_000),
});

export function traceIn(item: Item, { caller, operation, key }: RequestKey): RequestClaimTrace {
  const stored = item as Readonly<{ change_id: string; created_at: number; expires_at: number }>;
  const { change_id: changeId, created_at: createdAt, expires_at: expiresAt } = stored;
  return { caller, operation, key, changeId, createdAt, expiresAt };
}

/** Deleted by time, some time after it has expired. */
export const claimItem = (claim: RequestClaim): Item => ({
  ...requestClaimKey(claim),
  fingerprint: claim.fingerprint,
  change_id: claim.changeId,
  ...present({ payment_id: claim.answer?.paymentId, version: claim.answer?.version }),
  created: claim.created,
  ...present({ held_until: claim.heldUntil }),
  created_at: claim.createdAt,
  expires_at: claim.expiresAt,
  [TTL_ATTRIBUTE]: Math.ceil(claim.expiresAt / 1_000),
  seal: sealOf('request_claim', released(claim)),
});

/** Nothing holds the key, or what does has expired, or is of the same change. */
const freeFor = ({ changeId, createdAt }: RequestClaim): Condition => ({
  ConditionExpression: 'attribute_not_exists(pk) OR expires_at <= :at OR change_id = :change',
  ExpressionAttributeValues: { ':at': createdAt, ':change': changeId },
});

export function claimOf(item: Item, { caller, operation, key }: RequestKey): RequestClaim {
  const stored = item as Readonly<{
    fingerprint: string;
    change_id: string;
    payment_id?: VendorPaymentId;
    version?: number;
    created: boolean;
    held_until?: number;
    created_at: number;
    expires_at: number;
  }>;
  return {
    caller,
    operation,
    key,
    fingerprint: stored.fingerprint,
    changeId: stored.change_id,
    ...(stored.payment_id === undefined || stored.version === undefined
      ? {}
      : { answer: { paymentId: stored.payment_id, version: stored.version } }),
    created: stored.created,
    ...present({ heldUntil: stored.held_until }),
    createdAt: stored.created_at,
    expiresAt: stored.expires_at,
  };
}
