import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type { Payments } from '../../ports/payments.ts';
import { oldestAttention } from './attention.ts';
import { auditEntryOf } from './audit-items.ts';
import { attempt } from './faults.ts';
import { paymentOf, transactionOf } from './items.ts';
import { lapsingBy } from './lapsing.ts';
import { listedPayments, lookedThrough, summedPayments } from './listed-payments.ts';
import { beginningWith, findAll, findOne, type Read, within } from './reads.ts';
import { AUDIT_PREFIX, historyPartition, paymentKey, type Table, TRANSACTION_PREFIX } from './table.ts';
import { unsettledIn } from './unsettled.ts';

export function dynamodbPayments(table: Table, read: Read): Payments {
  const transactionsOf: Payments['transactionsOf'] = (merchantId, id) =>
    findAll(table, beginningWith(historyPartition(merchantId, id), TRANSACTION_PREFIX), transactionOf);
  return {
    find: (merchantId, id) =>
      findOne(read, paymentKey(merchantId, id), paymentOf).andThen((payment) =>
        payment === undefined ? errAsync({ kind: 'PaymentNotFound' as const, id }) : okAsync(payment),
      ),
    transactionsOf,
    transactionsOfEach: (merchantId, ids) =>
      ResultAsync.combine(
        ids.map((id) => transactionsOf(merchantId, id).map((found) => [id, found] as const)),
      ).map((found) => new Map(found)),
    unsettled: (merchantId, page) => attempt(() => unsettledIn(table, read, merchantId, page)),
    lapsing: (until, limit) => attempt(() => lapsingBy(table, read, until, limit)),
    historyOf: (merchantId, id) =>
      // Transactions sort behind links, and are read before them.
      findAll(
        table,
        { ...within(historyPartition(merchantId, id)), ScanIndexForward: false },
        (item) => item,
      ).map((items) => {
        const partOf = (prefix: string) => items.filter(({ sk }) => String(sk).startsWith(prefix)).reverse();
        return {
          transactions: partOf(TRANSACTION_PREFIX).map(transactionOf),
          links: partOf(AUDIT_PREFIX).map(auditEntryOf),
        };
      }),
    list: (merchantId, filter, page) => attempt(() => listedPayments(table, read, merchantId, filter, page)),
    lookThrough: (merchantId, filter, search) =>
      attempt(() => lookedThrough(table, read, merchantId, filter, search)),
    oldestAttention: () => attempt(() => oldestAttention(table)),
    sums: (merchantId, filter) => attempt(() => summedPayments(table, read, merchantId, filter)),
  };
}
