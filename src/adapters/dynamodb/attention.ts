import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { isChosen, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { PaymentPage } from '../../ports/payments.ts';
import { attentionDueShards, attentionPartition } from './attention-keys.ts';
import { overdue } from './due.ts';
import { type Item, paymentOf } from './items.ts';
import { newestOf } from './newest.ts';
import type { Read } from './reads.ts';
import { type ItemKey, paymentKey, type Table, TRAIL_INDEX } from './table.ts';

/** How many at once are read of those that need people. */
const CHUNK = 100;

/**
 * A merchant's payments that need people, found by index and read as they are now: the rest of the filter is judged on what was
 * read, as is whether they still do.
 */
export async function inAttention(
  table: Table,
  read: Read,
  merchantId: MerchantId,
  filter: PaymentFilter,
  { limit, before }: PaymentPage,
): Promise<readonly Item[]> {
  const query = {
    IndexName: TRAIL_INDEX,
    KeyConditionExpression: 'trail = :trail',
    ExpressionAttributeValues: { ':trail': attentionPartition(merchantId) },
  };
  const chosen: Item[] = [];
  let last = before;
  while (chosen.length < limit) {
    const page = { limit: CHUNK, ...present({ before: last }) };
    const keys = await newestOf(table, [{ ...query, ...beforeOf(query, last) }], page, 'trail_id');
    const items = await Promise.all(
      keys.map(({ trail_id: id }) => read(paymentKey(merchantId, id as PaymentId) satisfies ItemKey)),
    );
    chosen.push(
      ...(items.filter((item) => item !== undefined && isChosen(paymentOf(item), filter)) as Item[]),
    );
    last = keys.at(-1)?.['trail_id'] as PaymentId | undefined;
    if (keys.length < CHUNK) break;
  }
  return chosen.slice(0, limit);
}

/** Since when the payment that has needed people the longest needs them. */
export async function oldestAttention(table: Table): Promise<Instant | undefined> {
  const [oldest] = await overdue(table, attentionDueShards(), Number.MAX_SAFE_INTEGER, 1);
  return oldest === undefined ? undefined : Number(oldest['due_at']);
}

const beforeOf = (
  {
    KeyConditionExpression,
    ExpressionAttributeValues,
  }: Readonly<{
    KeyConditionExpression: string;
    ExpressionAttributeValues: Record<string, unknown>;
  }>,
  before: PaymentId | undefined,
) =>
  before === undefined
    ? {}
    : {
        KeyConditionExpression: `${KeyConditionExpression} AND trail_id <= :before`,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':before': before },
      };
