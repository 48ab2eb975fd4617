import type { MerchantId } from '../../domain/kernel/ids.ts';
import { amountsOf, lapsesAt, type Payment } from '../../domain/payments/payment.ts';
import { shardOf } from './shards.ts';
import { dueShards } from './table.ts';

/** Behind all shards of the due index that others may ever have. */
const FIRST_ATTENTION_DUE_SHARD = 4_000;

/** Where those stand whose rest is held besides, and may lapse. They are few, so one shard is enough. */
export const HELD_ATTENTION_DUE_SHARD = 5_000;

/**
 * Where a payment that needs people stands in both indexes; nowhere otherwise. In the due index it stands once, by since when it needs
 * them: also where its rest is held with no capture under way, which would keep it from being voided anyway.
 */
export const attentionKeys = (payment: Payment) => {
  const { merchantId, id, attention } = payment;
  if (attention === undefined) return {};
  const mayLapse = lapsesAt(payment) !== undefined && amountsOf(payment).reserved.minorUnits === 0n;
  return {
    trail: attentionPartition(merchantId),
    trail_id: id,
    due_shard: mayLapse
      ? HELD_ATTENTION_DUE_SHARD
      : FIRST_ATTENTION_DUE_SHARD + shardOf(id, dueShards().length),
    due_at: attention.since,
  };
};

/** Where a merchant's payments that need people stand in the trail index. */
export const attentionPartition = (merchantId: MerchantId): string => `${merchantId}#attention`;

export const attentionDueShards = (): readonly number[] => [
  HELD_ATTENTION_DUE_SHARD,
  ...dueShards().map((shard) => FIRST_ATTENTION_DUE_SHARD + shard),
];
