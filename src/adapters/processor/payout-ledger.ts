import { DatabaseSync } from 'node:sqlite';
import type { VendorId } from '../../domain/approvals/ids.ts';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import { money } from '../../domain/kernel/money.ts';
import type { PayoutOrder, PayoutVerdict } from '../../ports/approvals/payouts.ts';

/** What a vendor was paid under one reference. */
export type PaidOut = Readonly<{ reference: string; vendorId: VendorId; cents: bigint }>;

/** What the simulated processor remembers of payouts, on its own side of the wire: one row for each attempt it judged. */
export interface PayoutLedger {
  /**
   * The verdict that stands for the order: that of the reference if it was paid, that of the attempt or a later one if it
   * was refused, and else what `judge` says, recorded. No other process judges the reference meanwhile.
   */
  settle(order: PayoutOrder, judge: () => PayoutVerdict): PayoutVerdict;
  /** On the last attempt judged. */
  find(reference: string): PayoutVerdict | undefined;
  /** Everything that was paid, one for each time money left. */
  paid(): readonly PaidOut[];
  close(): void;
}

type Row = Readonly<{
  reference: string;
  attempt: bigint;
  vendor_id: string;
  amount: bigint;
  currency: string;
  refused: string | null;
  processor_reference: string;
  processed_at: bigint;
}>;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS payout (
    reference TEXT NOT NULL, attempt INTEGER NOT NULL, vendor_id TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, refused TEXT, processor_reference TEXT NOT NULL, processed_at INTEGER NOT NULL,
    PRIMARY KEY (reference, attempt)
  ) STRICT, WITHOUT ROWID;
`;

/** `file` is shared by every process that opens it and survives them; ':memory:' belongs to this one. */
export function payoutLedger(file: string): PayoutLedger {
  // The patience comes first: another process may hold the file while this one opens it.
  const db = new DatabaseSync(file, { readBigInts: true, timeout: 10_000 });
  db.exec(SCHEMA);
  const insert = db.prepare('INSERT INTO payout VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const selectLast = db.prepare('SELECT * FROM payout WHERE reference = ? ORDER BY attempt DESC LIMIT 1');
  const selectPaid = db.prepare(
    'SELECT reference, vendor_id AS "vendorId", amount AS cents FROM payout WHERE refused IS NULL',
  );

  const find = (reference: string) => {
    const row = selectLast.get(reference) as Row | undefined;
    return row && fromRow(row);
  };
  return {
    find,
    settle(order, judge) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const known = find(order.reference);
        const stands = known !== undefined && (known.paid || known.attempt >= order.attempt);
        const verdict = stands ? known : judge();
        if (!stands)
          insert.run(
            order.reference,
            order.attempt,
            order.vendorId,
            verdict.amount.minorUnits,
            verdict.amount.currency,
            verdict.paid ? null : verdict.reason,
            verdict.processorReference,
            verdict.processedAt,
          );
        db.exec('COMMIT');
        return verdict;
      } catch (fault) {
        db.exec('ROLLBACK');
        throw fault;
      }
    },
    paid: () => selectPaid.all() as unknown as readonly PaidOut[],
    close: () => db.close(),
  };
}

function fromRow(row: Row): PayoutVerdict {
  const said = {
    amount: money(row.amount, storedCurrency(row.currency)),
    attempt: Number(row.attempt),
    processorReference: row.processor_reference,
    processedAt: Number(row.processed_at),
  };
  return row.refused === null ? { ...said, paid: true } : { ...said, paid: false, reason: row.refused };
}
