import type { DatabaseSync } from 'node:sqlite';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { money } from '../../domain/kernel/money.ts';
import type { ChargeOrder } from '../../ports/processor.ts';

/** What the simulator's books keep of the order of a charge. */
export type KeptCharge = Pick<
  ChargeOrder,
  'reference' | 'merchantId' | 'amount' | 'paymentMethod' | 'capture'
>;

/** A charge that waits for its customer, and since when. */
export type WaitingCharge = KeptCharge & Readonly<{ since: Instant }>;

/** Charges that are taken on once their customer has acted. */
export interface WaitingCharges {
  /** The charge as it waits; kept from the first time that it is asked for. */
  awaitCustomer(order: KeptCharge, now: Instant): WaitingCharge;
  /** A charge that ever waited, whether or not it was judged since. */
  waiting(reference: string): WaitingCharge | undefined;
}

/** The part of the books that they are kept in. */
export const WAITING_CHARGES = `
  CREATE TABLE IF NOT EXISTS waiting (
    reference TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    payment_method TEXT NOT NULL, captured INTEGER NOT NULL, since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;`;

/** Tokens are customers' own, who may be erased, and every token is charged as a card is: the books say card. */
export const keptMethod = (paymentMethod: string): string =>
  paymentMethod.startsWith('tok_') ? 'card' : paymentMethod;

type Row = Readonly<{
  reference: string;
  merchant_id: string;
  amount: bigint;
  currency: string;
  payment_method: string;
  captured: bigint;
  since: bigint;
}>;

/** Of one open file of books, which has `WAITING_CHARGES`. */
export function waitingCharges(db: DatabaseSync): WaitingCharges {
  const insert = db.prepare('INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const select = db.prepare('SELECT * FROM waiting WHERE reference = ?');
  const waiting = (reference: string): WaitingCharge | undefined => {
    const row = select.get(reference) as Row | undefined;
    return row && fromRow(row);
  };
  return {
    waiting,
    awaitCustomer(order, now) {
      const { reference, merchantId, amount, paymentMethod, capture } = order;
      const method = keptMethod(paymentMethod);
      insert.run(reference, merchantId, amount.minorUnits, amount.currency, method, capture ? 1 : 0, now);
      return waiting(reference) ?? { ...order, since: now };
    },
  };
}

const fromRow = (row: Row): WaitingCharge => ({
  reference: row.reference,
  merchantId: row.merchant_id as MerchantId,
  amount: money(row.amount, storedCurrency(row.currency)),
  paymentMethod: row.payment_method,
  capture: row.captured === 1n,
  since: Number(row.since),
});
