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

/** What finders find by: customers and pairs of metadata since they were there, amounts since a later version. */
export type FinderKind = 'of_more' | 'of_amount';

/**
 * An item for each thing that a payment is found by: its amount, its customer, and each pair of its metadata. They are written with
 * the payment, of which these never change, and hold nothing beside their key.
 */
export const finderItems = (payment: FoundByMore): readonly ItemKey[] => [
  ...finderItemsOf('of_amount', payment),
  ...finderItemsOf('of_more', payment),
];

/** Those of one kind. */
export const finderItemsOf = (
  kind: FinderKind,
  { merchantId, id, amount, customerId, metadata = {} }: FoundByMore,
): readonly ItemKey[] =>
  (kind === 'of_amount'
    ? [String(amount.minorUnits)]
    : [
        ...(customerId === undefined ? [] : [customerId]),
        ...Object.entries(metadata).map(([name, value]) => pairHash(merchantId, { name, value })),
      ]
  ).map((finder) => ({
    pk: finderPartition(merchantId, finder, shardOf(id, FINDER_SHARDS)),
    sk: id,
  }));

type FoundByMore = Pick<Payment, 'merchantId' | 'id' | 'amount' | 'customerId' | 'metadata'>;

/** Where finders name the payments that a filter asks for. */
export type Finders = Readonly<{ kind: FinderKind; partitions: readonly string[] }>;

/**
 * Every partition with the finders of what a filter asks for, of several the one that most likely names the fewest payments;
 * undefined where none finds what it asks for.
 */
export function findersOf(merchantId: MerchantId, filter: PaymentFilter): Finders | undefined {
  const { customerId, metadata } = filter;
  const named = customerId ?? (metadata && pairHash(merchantId, metadata));
  const finder = named ?? exactAmount(filter)?.toString();
  return finder === undefined
    ? undefined
    : {
        kind: named === undefined ? 'of_amount' : 'of_more',
        partitions: shards(FINDER_SHARDS).map((shard) => finderPartition(merchantId, finder, shard)),
      };
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
