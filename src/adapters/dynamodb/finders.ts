import { hash } from 'node:crypto';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { exactAmount, type MetadataPair, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import { shardOf, shards } from './shards.ts';
import type { ItemKey } from './table.ts';

/**
 * How many partitions share what finds payments of one customer, with one pair or of one amount, so that a pair or an amount that
 * all payments have slows none.
 */
const FINDER_SHARDS = 4;

/** The letter of a finder's partition. */
export const FINDER_LETTER = 'PF';

/**
 * An item for each thing that a payment is found by: its amount, its customer, and each pair of its metadata. They are written with
 * the payment, of which these never change, and hold nothing beside their key.
 */
export const finderItems = ({
  merchantId,
  id,
  amount,
  customerId,
  metadata = {},
}: FoundByMore): readonly ItemKey[] =>
  [
    String(amount.minorUnits),
    ...(customerId === undefined ? [] : [customerId]),
    ...Object.entries(metadata).map(([name, value]) => pairHash(merchantId, { name, value })),
  ].map((finder) => ({
    pk: finderPartition(merchantId, finder, shardOf(id, FINDER_SHARDS)),
    sk: id,
  }));

type FoundByMore = Pick<Payment, 'merchantId' | 'id' | 'amount' | 'customerId' | 'metadata'>;

/**
 * Every partition with the finders of what a filter asks for, of several the one that most likely names the fewest payments;
 * undefined where none finds what it asks for.
 */
export function finderPartitions(
  merchantId: MerchantId,
  filter: PaymentFilter,
): readonly string[] | undefined {
  const { customerId, metadata } = filter;
  const finder =
    customerId ?? (metadata && pairHash(merchantId, metadata)) ?? exactAmount(filter)?.toString();
  return finder === undefined
    ? undefined
    : shards(FINDER_SHARDS).map((shard) => finderPartition(merchantId, finder, shard));
}

/** A key that a finder of this payment could have. */
export const isFinderKey = ({ pk, sk }: ItemKey): boolean =>
  FINDER_PK.exec(pk)?.[1] === `${shardOf(sk as PaymentId, FINDER_SHARDS)}`;

const FINDER_PK = /^[^#]+#PF#(?:\d{1,20}|cus_[0-9a-f]{32}|[\w-]{22})#(\d)$/;

const finderPartition = (merchantId: MerchantId, finder: string, shard: number): string =>
  `${merchantId}#${FINDER_LETTER}#${finder}#${shard}`;

/** 132 bits in place of a name and a value that may have 540 characters, another for each merchant. */
const pairHash = (merchantId: MerchantId, { name, value }: MetadataPair): string =>
  hash('sha256', JSON.stringify([merchantId, name, value]), 'base64url').slice(0, 22);
