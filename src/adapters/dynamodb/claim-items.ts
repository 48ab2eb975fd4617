import { type Claim, type ClaimKey, hasEffect } from '../../domain/kernel/claim.ts';
import type { ClaimTrace } from '../../domain/kernel/claim-trace.ts';
import type { PaymentId, TransactionId, TransferId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Item, sealedItem } from './items.ts';
import { claimKey, claimTraceKey, dueShardOf, responseDueShardOf, TTL_ATTRIBUTE } from './table.ts';

/**
 * Open claims carry the due index's attributes and so are in it. Only a claim without an effect, a payment or a
 * transfer, may be deleted by time; the others are kept for good, and in the index for as long as their response is.
 */
export const claimItem = (claim: Claim): Item => sealedItem('claim', claimAttributes(claim));

const claimAttributes = (claim: Claim): Item => ({
  ...claimKey(claim),
  fingerprint: claim.fingerprint,
  request_id: claim.requestId,
  fence: claim.fence,
  change_id: claim.changeId,
  created_at: claim.createdAt,
  state: claim.state,
  payment_id: claim.paymentId,
  transaction_id: claim.transactionId,
  transfer_id: 'transferId' in claim ? claim.transferId : undefined,
  answer: claim.kept?.response,
  answer_expires_at: claim.kept?.expiresAt,
  ...dueOf(claim),
  ...('attempts' in claim ? { attempts: claim.attempts } : {}),
  ...(!hasEffect(claim) && claim.kept !== undefined
    ? { [TTL_ATTRIBUTE]: Math.ceil(claim.kept.expiresAt / 1_000) }
    : {}),
});

function dueOf(claim: Claim): Item {
  if (claim.state !== 'completed') return { due_shard: dueShardOf(claim), due_at: claim.dueAt };
  return hasEffect(claim) && claim.kept !== undefined
    ? { due_shard: responseDueShardOf(claim), due_at: claim.kept.expiresAt }
    : {};
}

/** Deleted by time, as the claim is. */
export const claimTraceItem = (trace: ClaimTrace): Item => ({
  ...claimTraceKey(trace),
  created_at: trace.createdAt,
  expires_at: trace.expiresAt,
  [TTL_ATTRIBUTE]: Math.ceil(trace.expiresAt / 1_000),
});

export function claimTraceOf(item: Item, { merchantId, operation, key }: ClaimKey): ClaimTrace {
  const { created_at: createdAt, expires_at: expiresAt } = item as StoredTrace;
  if (typeof createdAt !== 'number' || typeof expiresAt !== 'number')
    throw new Error(`the trace of claim ${key} lacks its times`);
  return { merchantId, operation, key, createdAt, expiresAt };
}

type StoredTrace = Readonly<{ created_at?: unknown; expires_at?: unknown }>;

export function claimOf(item: Item, key: Pick<Claim, 'merchantId' | 'operation' | 'key'>): Claim {
  const stored = item as StoredClaim;
  const known = {
    ...key,
    fingerprint: stored.fingerprint,
    requestId: stored.request_id,
    fence: stored.fence,
    changeId: stored.change_id,
    createdAt: stored.created_at,
    ...(stored.answer === undefined || stored.answer_expires_at === undefined
      ? {}
      : { kept: { response: stored.answer, expiresAt: stored.answer_expires_at } }),
  };
  const { state, payment_id: paymentId, transfer_id: transferId, due_at: dueAt, attempts } = stored;
  const transaction = present({ transactionId: stored.transaction_id });
  if (state === 'completed')
    return {
      ...known,
      state,
      ...(paymentId === undefined ? {} : { paymentId, ...transaction }),
      ...present({ transferId }),
    };
  if (paymentId === undefined || dueAt === undefined)
    throw new Error(`open claim ${stored.pk} lacks its payment or its due time`);
  if (state === 'retryable') return { ...known, state, paymentId, ...transaction, dueAt };
  if (attempts === undefined) throw new Error(`open claim ${stored.pk} does not say its attempts`);
  return { ...known, state, paymentId, ...transaction, dueAt, attempts };
}

type StoredClaim = Readonly<{
  pk: string;
  fingerprint: string;
  request_id: string;
  fence: number;
  change_id: string;
  created_at: number;
  state: Claim['state'];
  payment_id?: PaymentId;
  transaction_id?: TransactionId;
  transfer_id?: TransferId;
  answer?: string;
  answer_expires_at?: number;
  due_at?: number;
  attempts?: number;
}>;
