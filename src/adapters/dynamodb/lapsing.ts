import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { lapsesAt } from '../../domain/payments/payment.ts';
import type { PaymentKey } from '../../ports/payments.ts';
import { HELD_ATTENTION_DUE_SHARD } from './attention-keys.ts';
import { overdue } from './due.ts';
import { type Item, paymentOf } from './items.ts';
import type { Read } from './reads.ts';
import { type ItemKey, lapsingDueShards, type Table } from './table.ts';

/** How many at the most are looked at of those that are held and need people. */
const MOST_NEEDING = 1_000;

/**
 * What lapses by a time, the first to lapse first. Those that need people too stand in the due index by since when, so of them each
 * is read; they are few.
 */
export async function lapsingBy(
  table: Table,
  read: Read,
  until: Instant,
  limit: number,
): Promise<readonly PaymentKey[]> {
  const [others, needing] = await Promise.all([
    overdue(table, lapsingDueShards(), until, limit),
    overdue(table, [HELD_ATTENTION_DUE_SHARD], Number.MAX_SAFE_INTEGER, MOST_NEEDING),
  ]);
  const items = await Promise.all(
    needing.map(({ pk, sk }) => read({ pk: String(pk), sk: String(sk) } satisfies ItemKey)),
  );
  const held = items.flatMap((item) => {
    const at = item === undefined ? undefined : lapsesAt(paymentOf(item));
    return item === undefined || at === undefined || at > until ? [] : [{ key: keyOf(item), at }];
  });
  return [...others.map((item) => ({ key: keyOf(item), at: Number(item['due_at']) })), ...held]
    .sort((a, b) => a.at - b.at)
    .slice(0, limit)
    .map(({ key }) => key);
}

const keyOf = ({ pk, sk }: Item): PaymentKey => ({
  merchantId: String(pk).split('#')[0] as MerchantId,
  id: sk as PaymentId,
});
