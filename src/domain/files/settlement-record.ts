import type { CurrencyCode } from '../kernel/currency.ts';
import type { MerchantId, ReconciliationId, SettlementId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { grossOf, netOf, payoutDifference, type Settlement } from './settlement.ts';

/** As it is audited and stored. Amounts are minor units of `currency`. */
export type SettlementRecord = Readonly<{
  id: SettlementId;
  merchant_id: MerchantId;
  date: string;
  currency: CurrencyCode;
  payout_id?: string;
  sequence: number;
  status: Settlement['status'];
  /** The reconciliation whose file it is of. */
  batch_id: ReconciliationId;
  payment_amount: Whole;
  refund_amount: Whole;
  gross_amount: Whole;
  fee_amount: Whole;
  chargeback_amount: Whole;
  adjustment_amount: Whole;
  net_amount: Whole;
  tolerated_amount: Whole;
  transaction_count: number;
  item_count: number;
  exception_count: number;
  exception_amount: Whole;
  payout?: Readonly<{ amount: Whole; bank_reference?: string; difference: Whole }>;
  error?: Readonly<{ code: string }>;
  first_batch: number;
  last_batch: number;
  processed_at?: string;
  version: number;
  created_at: string;
  updated_at: string;
}>;

export function settlementRecord(each: Settlement): SettlementRecord {
  const { sums, payout } = each;
  const { fault, processedAt } = each.status === 'processing' ? {} : each;
  return {
    id: each.id,
    merchant_id: each.merchantId,
    date: each.date,
    currency: each.currency,
    ...present({ payout_id: each.payoutId }),
    sequence: each.sequence,
    status: each.status,
    batch_id: each.reconciliationId,
    payment_amount: whole(sums.payments),
    refund_amount: whole(sums.refunds),
    gross_amount: whole(grossOf(sums)),
    fee_amount: whole(sums.fees),
    chargeback_amount: whole(sums.chargebacks),
    adjustment_amount: whole(sums.adjustments),
    net_amount: whole(netOf(sums)),
    tolerated_amount: whole(each.tolerated),
    transaction_count: each.transactions,
    item_count: each.items,
    exception_count: each.exceptions,
    exception_amount: whole(each.unmatched),
    ...(payout === undefined
      ? {}
      : {
          payout: {
            amount: whole(payout.amount),
            ...present({ bank_reference: payout.bankReference }),
            difference: whole(payoutDifference(each) ?? 0n),
          },
        }),
    ...(fault === undefined ? {} : { error: { code: fault } }),
    first_batch: each.firstBatch,
    last_batch: each.lastBatch,
    ...(processedAt === undefined ? {} : { processed_at: rfc3339(processedAt) }),
    version: each.version,
    created_at: rfc3339(each.createdAt),
    updated_at: rfc3339(each.updatedAt),
  };
}

/** As it is published: without where its rows lie. */
export type PublishedSettlement = Omit<SettlementRecord, 'first_batch' | 'last_batch'>;

export const publishedSettlement = (each: Settlement): PublishedSettlement => {
  const { first_batch: _first, last_batch: _last, ...published } = settlementRecord(each);
  return published;
};

/** The settlement that a stored record describes. Throws on a record that none could have left, its equation included. */
export function restoreSettlement(record: SettlementRecord, auditHash: string): Settlement {
  const { status, payout, processed_at: processedAt } = record;
  const known = {
    kind: 'settlement',
    id: record.id,
    merchantId: record.merchant_id,
    date: record.date,
    currency: record.currency,
    ...present({ payoutId: record.payout_id }),
    sequence: record.sequence,
    reconciliationId: record.batch_id,
    firstBatch: record.first_batch,
    lastBatch: record.last_batch,
    sums: {
      payments: BigInt(record.payment_amount),
      refunds: BigInt(record.refund_amount),
      fees: BigInt(record.fee_amount),
      chargebacks: BigInt(record.chargeback_amount),
      adjustments: BigInt(record.adjustment_amount),
    },
    transactions: record.transaction_count,
    items: record.item_count,
    exceptions: record.exception_count,
    unmatched: BigInt(record.exception_amount),
    tolerated: BigInt(record.tolerated_amount),
    ...(payout === undefined
      ? {}
      : {
          payout: {
            amount: BigInt(payout.amount),
            ...present({ bankReference: payout.bank_reference }),
          },
        }),
    version: record.version,
    createdAt: fromRfc3339(record.created_at),
    updatedAt: fromRfc3339(record.updated_at),
    auditHash,
  } as const;
  const difference = payoutDifference(known);
  if (
    BigInt(record.gross_amount) !== grossOf(known.sums) ||
    BigInt(record.net_amount) !== netOf(known.sums) ||
    (payout !== undefined && BigInt(payout.difference) !== difference)
  )
    throw new Error(`the equation of settlement ${record.id} does not hold`);
  if (status === 'processing') return { ...known, status };
  if (processedAt === undefined) throw new Error(`${status} settlement ${record.id} says no end`);
  const fault = record.error?.code;
  return { ...known, status, ...present({ fault }), processedAt: fromRfc3339(processedAt) };
}
