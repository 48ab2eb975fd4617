import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import type { Day } from '../../domain/kernel/day.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { shardOf, shards } from './shards.ts';
import type { ItemKey } from './table.ts';

/** How many items each of a merchant's sums is kept in. Stored keys depend on it: changing it needs a migration that moves the items. */
const SUM_SHARDS = 128;

/** The part of a balance that one payment or transfer adds to. All of its entries are in it. */
export const balancePartKey = (merchantId: MerchantId, currency: CurrencyCode, causeId: string): ItemKey => ({
  pk: balancePartition(merchantId, shardOf(causeId, SUM_SHARDS)),
  sk: currency,
});

/** The part of a balance that holds all that was spent from it, and how many times. */
export const spendingKey = (merchantId: MerchantId, currency: CurrencyCode): ItemKey => ({
  pk: spendingPartition(merchantId),
  sk: currency,
});

export const spendingPartition = (merchantId: MerchantId): string => `${merchantId}#B`;

/** Every partition that holds other parts of the merchant's balances. */
export const balancePartitions = (merchantId: MerchantId): readonly string[] =>
  shards(SUM_SHARDS).map((shard) => balancePartition(merchantId, shard));

const balancePartition = (merchantId: MerchantId, shard: number): string => `${merchantId}#B#${shard}`;

/** What the payments of one day, currency and shard add up to. A payment stays in one such item for good. */
export const tallyKey = (
  merchantId: MerchantId,
  paymentId: PaymentId,
  { day, currency }: Readonly<{ day: Day; currency: CurrencyCode }>,
): ItemKey => ({
  pk: tallyPartition(merchantId, shardOf(paymentId, SUM_SHARDS)),
  sk: `${day}#${currency}`,
});

export const tallyPartitions = (merchantId: MerchantId): readonly string[] =>
  shards(SUM_SHARDS).map((shard) => tallyPartition(merchantId, shard));

const tallyPartition = (merchantId: MerchantId, shard: number): string => `${merchantId}#T#${shard}`;

/** What the tallied entries of one day, currency and shard come to. A change's are all in the shard of what it is about. */
export const ledgerTallyKey = (
  merchantId: MerchantId,
  causeId: string,
  { day, currency }: Readonly<{ day: Day; currency: CurrencyCode }>,
): ItemKey => ({
  pk: ledgerTallyPartition(merchantId, shardOf(causeId, SUM_SHARDS)),
  sk: `${day}#${currency}`,
});

export const ledgerTallyPartitions = (merchantId: MerchantId): readonly string[] =>
  shards(SUM_SHARDS).map((shard) => ledgerTallyPartition(merchantId, shard));

const ledgerTallyPartition = (merchantId: MerchantId, shard: number): string => `${merchantId}#LT#${shard}`;
