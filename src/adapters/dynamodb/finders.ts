import { hash } from 'node:crypto';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { MetadataPair, PaymentFilter } from '../../domain/payments/payment-filter.ts';
import { shardOf, shards } from './shards.ts';
import type { ItemKey } from './table.ts';

/** How many partitions share what finds payments of one customer or with one pair, so that a pair that all payments have slows none. */
const FINDER_SHARDS = 4;

/** The letter of a finder's partition. */
export const FINDER_LETTER = 'PF';

/**
 * An item for each thing that a payment is found by: its customer, and each pair of its metadata. They are written with the payment,
 * whose customer and metadata never change, and hold nothing beside their key.
 */
export const finderItems = ({ merchantId, id, customerId, metadata = {} }: FoundByMore): readonly ItemKey[] =>
  [
    ...(customerId === undefined ? [] : [customerId]),
    ...Object.entries(metadata).map(([name, value]) => pairHash(merchantId, { name, value })),
  ].map((finder) => ({
    pk: finderPartition(merchantId, finder, shardOf(id, FINDER_SHARDS)),
    sk: id,
  }));

type FoundByMore = Pick<Payment, 'merchantId' | 'id' | 'customerId' | 'metadata'>;

/** Every partition with the finders of what a filter asks for; undefined where none finds what it asks for. */
export function finderPartitions(
  merchantId: MerchantId,
  { customerId, metadata }: PaymentFilter,
): readonly string[] | undefined {
  const finder = customerId ?? (metadata && pairHash(merchantId, metadata));
  return finder === undefined
    ? undefined
    : shards(FINDER_SHARDS).map((shard) => finderPartition(merchantId, finder, shard));
}

/** A key that a finder of this payment could have. */
export const isFinderKey = ({ pk, sk }: ItemKey): boolean =>
  FINDER_PK.exec(pk)?.[1] === `${shardOf(sk as PaymentId, FINDER_SHARDS)}`;

const FINDER_PK = /^[^#]+#PF#(?:cus_[0-9a-f]{32}|[\w-]{22})#(\d)$/;

const finderPartition = (merchantId: MerchantId, finder: string, shard: number): string =>
  `${merchantId}#${FINDER_LETTER}#${finder}#${shard}`;

/** 132 bits in place of a name and a value that may have 540 characters, another for each merchant. */
const pairHash = (merchantId: MerchantId, { name, value }: MetadataPair): string =>
  hash('sha256', JSON.stringify([merchantId, name, value]), 'base64url').slice(0, 22);
