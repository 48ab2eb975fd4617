import type { ListLedgerEntries, ReadBalance } from '../../../application/ledger/read-ledger.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText, whole } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { LedgerEntry } from '../../../domain/ledger/ledger.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { answerJson, refuse } from '../server/request-context.ts';
import { ledgerQuery } from './ledger-schemas.ts';

export const getBalanceHandler =
  ({ readBalance }: Readonly<{ readBalance: ReadBalance }>): TenantHandler =>
  (c, merchantId) =>
    readBalance(merchantId).match(
      (balances) =>
        answerJson(
          200,
          jsonText({
            balances: balances.map(({ currency, available, pending }) => ({
              currency,
              available: whole(available),
              pending: whole(pending),
            })),
          }),
        ),
      (failure) => refuse(c, failure),
    );

export const getLedgerEntriesHandler =
  ({ listLedgerEntries }: Readonly<{ listLedgerEntries: ListLedgerEntries }>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(ledgerQuery, new URL(c.req.url).searchParams)
      .map((query) => ({
        merchantId,
        filter: present({ currency: query.currency }),
        ...pageOf(query),
      }))
      .asyncAndThen(listLedgerEntries)
      .match(
        ({ items, nextCursor }) =>
          answerJson(
            200,
            jsonText({
              items: items.map(entryRecord),
              next_cursor: nextCursor ?? null,
              has_more: nextCursor !== undefined,
            }),
          ),
        (failure) => refuse(c, failure),
      );

const entryRecord = (entry: LedgerEntry) => ({
  id: entry.id,
  merchant_id: entry.merchantId,
  type: entry.type,
  debit: entry.debit,
  credit: entry.credit,
  amount: whole(entry.amount.minorUnits),
  currency: entry.amount.currency,
  ...('transferId' in entry
    ? { transfer_id: entry.transferId }
    : { payment_id: entry.paymentId, transaction_id: entry.transactionId }),
  created_at: rfc3339(entry.createdAt),
});
