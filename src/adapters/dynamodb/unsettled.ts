import { firstIdAt, type MerchantId } from '../../domain/kernel/ids.ts';
import { isUnsettled } from '../../domain/payments/transaction.ts';
import type { Unsettled, UnsettledPage } from '../../ports/payments.ts';
import { transactionOf } from './items.ts';
import { firstOf } from './newest.ts';
import type { PartitionQuery, Read } from './reads.ts';
import {
  AUDIT_PREFIX,
  type ItemKey,
  type Table,
  TRAIL_INDEX,
  TRANSACTION_PREFIX,
  trailPartitions,
} from './table.ts';

/**
 * A merchant's transactions are found by the first link of each in the trail index, oldest first, and read: an index of those that
 * are unsettled would cost each payment a write, and each settlement another. `after` is an id in the trail.
 */
export async function unsettledIn(
  table: Table,
  read: Read,
  merchantId: MerchantId,
  { from = 0, until, limit, after }: UnsettledPage,
): Promise<Unsettled> {
  const low = after ?? firstIdAt('aud', from);
  const high = firstIdAt('aud', until);
  if (limit <= 0 || low >= high) return { transactions: [] };
  const queries = trailPartitions(merchantId, 'transaction').map(
    (partition): PartitionQuery => ({
      IndexName: TRAIL_INDEX,
      KeyConditionExpression: 'trail = :trail AND trail_id BETWEEN :low AND :high',
      ExpressionAttributeValues: { ':trail': partition, ':low': low, ':high': high },
    }),
  );
  const page = { order: 'oldest', limit, ...(after === undefined ? {} : { before: after }) } as const;
  const links = await firstOf(table, queries, page, 'trail_id');
  const keys = links.flatMap((link) => transactionBegunBy(link as ItemKey) ?? []);
  const items = await Promise.all(keys.map(read));
  const last = links.at(-1)?.['trail_id'];
  return {
    transactions: items
      .flatMap((item) => (item === undefined ? [] : [transactionOf(item)]))
      .filter((each) => isUnsettled(each) && each.createdAt >= from && each.createdAt < until),
    ...(links.length < limit ? {} : { next: String(last) }),
  };
}

/** Of a transaction, behind the prefix of links. */
const FIRST_LINK = /^(txn_[0-9a-f]{32})#0{9}1$/;

/** The transaction whose first link this is; undefined for every other link. */
function transactionBegunBy({ pk, sk }: ItemKey): ItemKey | undefined {
  const [, id] = FIRST_LINK.exec(sk.startsWith(AUDIT_PREFIX) ? sk.slice(AUDIT_PREFIX.length) : '') ?? [];
  return id === undefined ? undefined : { pk, sk: `${TRANSACTION_PREFIX}${id}` };
}
