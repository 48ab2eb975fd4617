import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Whole } from '../../domain/kernel/json.ts';
import { PAYMENT_STATUSES, type PaymentStatus } from '../../domain/payments/payment.ts';
import { addTallies, isEmpty, type Tally } from '../../domain/payments/tally.ts';
import type { Change } from '../../ports/commits.ts';
import type { Item } from './items.ts';
import { tallyKey } from './sum-keys.ts';
import { type Addition, merged } from './sums.ts';

/**
 * What the change adds to summaries: one item, because all tallies of a payment are of one day and currency. So a
 * read of the item while the payment moves finds it counted once, as it was or as it is.
 */
export function tallyAdditions({ payment, tallies }: Change): readonly Addition[] {
  if (tallies.length === 0) return [];
  if (payment === undefined) throw new Error('the change counts a payment but does not write it');
  return merged(
    tallies.map((tally) => ({
      key: tallyKey(tally.merchantId, payment.next.id, tally),
      amounts: Object.fromEntries(
        Object.entries({
          [`${tally.status}#count`]: BigInt(tally.count),
          [`${tally.status}#amount`]: tally.amount,
          [`${tally.status}#captured`]: tally.captured,
          [`${tally.status}#refunded`]: tally.refunded,
        }).filter(([, amount]) => amount !== 0n),
      ),
    })),
  );
}

/** What all items of a merchant's tallies add up to. */
export function talliesIn(merchantId: MerchantId, items: readonly Item[]): readonly Tally[] {
  const tallies = new Map<string, Tally>();
  for (const item of items) {
    for (const status of PAYMENT_STATUSES) {
      const key = `${String(item['sk'])}#${status}`;
      const tally = tallyIn(merchantId, item, status);
      const before = tallies.get(key);
      tallies.set(key, before === undefined ? tally : addTallies(before, tally));
    }
  }
  return [...tallies.values()].filter((tally) => !isEmpty(tally));
}

function tallyIn(merchantId: MerchantId, item: Item, status: PaymentStatus): Tally {
  const [day = '', currency = ''] = String(item['sk']).split('#');
  const of = (name: string) => BigInt((item[`${status}#${name}`] ?? 0) as Whole);
  return {
    merchantId,
    day,
    currency: storedCurrency(currency),
    status,
    count: Number(of('count')),
    amount: of('amount'),
    captured: of('captured'),
    refunded: of('refunded'),
  };
}
