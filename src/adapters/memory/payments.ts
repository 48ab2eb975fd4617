import { errAsync, okAsync } from 'neverthrow';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { lapsesAt, type Payment } from '../../domain/payments/payment.ts';
import { isChosen, isLookedFor, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import { sumUp } from '../../domain/payments/payment-sum.ts';
import { tallyOf } from '../../domain/payments/tally.ts';
import { isUnsettled, type Transaction } from '../../domain/payments/transaction.ts';
import type { PaymentSearch, Payments, PaymentsFound } from '../../ports/payments.ts';
import { fullPage } from '../shared/full-page.ts';
import { linksOfPayment } from './audit-trail.ts';
import { type MemoryStore, positionOf } from './store.ts';

export const memoryPayments = (store: MemoryStore): Payments => ({
  find(merchantId, id) {
    const payment = store.payments.get(id);
    return payment?.merchantId === merchantId ? okAsync(payment) : errAsync({ kind: 'PaymentNotFound', id });
  },
  transactionsOf: (merchantId, id) => okAsync(transactionsOf(store, merchantId, id)),
  transactionsOfEach: (merchantId, ids) =>
    okAsync(new Map(ids.map((id) => [id, transactionsOf(store, merchantId, id)]))),
  unsettled(merchantId, { from = 0, until, limit, after }) {
    const all = store.paymentsOf.get(merchantId) ?? [];
    const [lastPayment = '', lastTransaction = ''] = after?.split(' ') ?? [];
    const found: Transaction[] = [];
    for (let position = positionOf(all, lastPayment); position < all.length; position += 1) {
      const id = (all[position] as Payment).id;
      for (const each of transactionsOf(store, merchantId, id)) {
        const isPast = id === lastPayment && each.id <= lastTransaction;
        if (isPast || !isUnsettled(each) || each.createdAt < from || each.createdAt >= until) continue;
        if (found.length === limit) return okAsync({ transactions: found, ...nextOf(found.at(-1)) });
        found.push(each);
      }
    }
    return okAsync({ transactions: found });
  },
  lapsing(until, limit) {
    const found = [...store.payments.values()].flatMap(({ merchantId, id, ...rest }) => {
      const at = lapsesAt({ merchantId, id, ...rest } as Payment);
      return at !== undefined && at <= until ? [{ at, key: { merchantId, id } }] : [];
    });
    found.sort((a, b) => a.at - b.at);
    return okAsync(found.slice(0, limit).map(({ key }) => key));
  },
  historyOf: (merchantId, id) =>
    okAsync({
      transactions: transactionsOf(store, merchantId, id),
      links: linksOfPayment(store, merchantId, id),
    }),
  oldestAttention: () =>
    okAsync(
      [...store.payments.values()]
        .flatMap(({ attention }) => attention?.since ?? [])
        .reduce<number | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined),
    ),
  list: (merchantId, filter, page) =>
    okAsync(lookedThrough(store, merchantId, filter, { ...page, most: Number.POSITIVE_INFINITY }).payments),
  lookThrough: (merchantId, filter, search) => okAsync(lookedThrough(store, merchantId, filter, search)),
  sums: (merchantId, filter) =>
    okAsync(
      sumUp(
        (store.paymentsOf.get(merchantId) ?? []).filter((payment) => isChosen(payment, filter)).map(tallyOf),
      ),
    ),
});

function lookedThrough(
  store: MemoryStore,
  merchantId: MerchantId,
  filter: PaymentFilter,
  { limit, before, most }: PaymentSearch,
): PaymentsFound {
  const all = store.paymentsOf.get(merchantId) ?? [];
  const payments: Payment[] = [];
  let position = before === undefined ? all.length : positionOf(all, before);
  const end = isLookedFor(filter) ? Math.max(0, position - most) : 0;
  while (payments.length < limit && position > end) {
    const payment = all[--position];
    if (payment !== undefined && isChosen(payment, filter)) payments.push(payment);
  }
  return position === 0 || payments.length === limit
    ? fullPage(payments, limit)
    : { payments, ...present({ next: all[position]?.id }) };
}

const nextOf = (last: Transaction | undefined) =>
  last === undefined ? {} : { next: `${last.paymentId} ${last.id}` };

const transactionsOf = (store: MemoryStore, merchantId: MerchantId, id: PaymentId) =>
  (store.transactionsOf.get(id) ?? []).filter((each) => each.merchantId === merchantId);
