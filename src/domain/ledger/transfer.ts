import { err, ok, type Result } from 'neverthrow';
import { storedCurrency } from '../kernel/currency.ts';
import type { DomainEvent } from '../kernel/events.ts';
import type { EventId, LedgerEntryId, MerchantId, TransferId } from '../kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import type { AmountNotPositive } from '../kernel/money.ts';
import { type Money, money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Merchant } from '../merchants/merchant.ts';
import { type InsufficientFunds, type LedgerEntry, ledgerEntry, withinFunds } from './ledger.ts';

/** Money that went from one merchant to another. It is done when it is on record, and never changes. */
export type Transfer = Readonly<{
  kind: 'transfer';
  id: TransferId;
  /** Whose money it was. */
  merchantId: MerchantId;
  destinationMerchantId: MerchantId;
  amount: Money;
  description?: string;
  version: number;
  createdAt: Instant;
  auditHash: string;
}>;

export type TransferOrder = Pick<
  Transfer,
  'id' | 'merchantId' | 'destinationMerchantId' | 'amount' | 'description' | 'createdAt'
>;

export type TransferToSelf = Readonly<{ kind: 'TransferToSelf' }>;
/** Unknown or suspended, and the sender does not learn which: else it could ask for every tenant by name. */
export type DestinationNotAvailable = Readonly<{ kind: 'DestinationNotAvailable' }>;

/** A rule's refusal of a transfer. */
export type TransferRefused =
  | AmountNotPositive
  | TransferToSelf
  | DestinationNotAvailable
  | InsufficientFunds;

/**
 * `available` is what the sender may spend, in the order's currency; it may be below zero. Funds are looked at before the
 * destination: who could not pay gets one refusal, whether the destination is there or not.
 */
export function openTransfer(
  order: TransferOrder,
  destination: Merchant | undefined,
  available: bigint,
): Result<Transfer, TransferRefused> {
  if (order.amount.minorUnits <= 0n) return err({ kind: 'AmountNotPositive' });
  if (order.destinationMerchantId === order.merchantId) return err({ kind: 'TransferToSelf' });
  const funds = withinFunds(available, order.amount);
  if (funds.isErr()) return err(funds.error);
  if (destination?.id !== order.destinationMerchantId || destination.status !== 'active')
    return err({ kind: 'DestinationNotAvailable' });
  return ok({ kind: 'transfer', ...order, version: 1, auditHash: '' });
}

/** The transfer on both sides' books. */
export const transferEntries = (
  transfer: Transfer,
  [outId, inId]: readonly [LedgerEntryId, LedgerEntryId],
): readonly LedgerEntry[] => {
  const { id: transferId, merchantId, destinationMerchantId, amount, createdAt } = transfer;
  const entry = { amount, createdAt, transferId };
  return [
    ledgerEntry({ ...entry, id: outId, merchantId, type: 'transfer_out' }),
    ledgerEntry({ ...entry, id: inId, merchantId: destinationMerchantId, type: 'transfer_in' }),
  ];
};

/** The event of each side. */
export const transferEvents = (
  transfer: Transfer,
  [outId, inId]: readonly [EventId, EventId],
): readonly DomainEvent[] => {
  const event = {
    type: 'transfer.completed',
    created: transfer.createdAt,
    data: transferRecord(transfer),
  } as const;
  return [
    { ...event, id: outId, merchantId: transfer.merchantId },
    { ...event, id: inId, merchantId: transfer.destinationMerchantId },
  ];
};

/** A transfer flat, under the names it is published with. */
export type TransferRecord = Readonly<{
  id: TransferId;
  merchant_id: MerchantId;
  destination_merchant_id: MerchantId;
  amount: Whole;
  currency: string;
  description?: string;
  version: number;
  created_at: string;
}>;

export const transferRecord = (transfer: Transfer): TransferRecord => ({
  id: transfer.id,
  merchant_id: transfer.merchantId,
  destination_merchant_id: transfer.destinationMerchantId,
  amount: whole(transfer.amount.minorUnits),
  currency: transfer.amount.currency,
  ...present({ description: transfer.description }),
  version: transfer.version,
  created_at: rfc3339(transfer.createdAt),
});

/** Reads `transferRecord` back. */
export const restoreTransfer = (record: TransferRecord, auditHash: string): Transfer => ({
  kind: 'transfer',
  id: record.id,
  merchantId: record.merchant_id,
  destinationMerchantId: record.destination_merchant_id,
  amount: money(BigInt(record.amount), storedCurrency(record.currency)),
  ...present({ description: record.description }),
  version: record.version,
  createdAt: fromRfc3339(record.created_at),
  auditHash,
});
