import { DatabaseSync } from 'node:sqlite';
import { type CurrencyCode, storedCurrency } from '../../domain/currency.ts';
import { money } from '../../domain/money.ts';
import type { ChargeOrder, ChargeVerdict } from '../../ports/processor.ts';

/** What the simulated processor remembers, on its own side of the wire: one row for one reference, never changed. */
export interface SimulatorLedger {
  /** The first verdict ever recorded for the reference; records this one when there is none. */
  record(order: ChargeOrder, verdict: ChargeVerdict): ChargeVerdict;
  find(reference: string): ChargeVerdict | undefined;
  /** Every approved charge, by reference. */
  charges(): ReadonlyMap<string, ChargeVerdict>;
  close(): void;
}

type Row = Readonly<{
  reference: string;
  amount: bigint;
  currency: string;
  decline: 'card_declined' | 'insufficient_funds' | null;
  processor_id: string;
  response_code: string;
  response_text: string;
  processed_at: bigint;
}>;

/** `file` is shared by every process that opens it and survives them; ':memory:' belongs to this one. */
export function simulatorLedger(file: string): SimulatorLedger {
  // The patience comes first: another process may hold the file while this one opens it.
  const db = new DatabaseSync(file, { readBigInts: true, timeout: 10_000 });
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS charge (
      reference TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
      captured INTEGER NOT NULL, decline TEXT, processor_id TEXT NOT NULL, response_code TEXT NOT NULL,
      response_text TEXT NOT NULL, processed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
  const insert = db.prepare(
    'INSERT INTO charge VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const select = db.prepare('SELECT * FROM charge WHERE reference = ?');
  const approved = db.prepare('SELECT * FROM charge WHERE decline IS NULL');
  const find = (reference: string) => {
    const row = select.get(reference) as Row | undefined;
    return row && fromRow(row);
  };
  return {
    find,
    record(order, verdict) {
      const { changes } = insert.run(
        order.reference,
        order.merchantId,
        verdict.amount.minorUnits,
        verdict.amount.currency,
        order.capture ? 1 : 0,
        verdict.approved ? null : verdict.decline,
        verdict.processorId,
        verdict.responseCode,
        verdict.responseText,
        verdict.processedAt,
      );
      return Number(changes) === 1 ? verdict : (find(order.reference) ?? verdict);
    },
    charges: () => new Map((approved.all() as unknown as Row[]).map((row) => [row.reference, fromRow(row)])),
    close: () => db.close(),
  };
}

function fromRow(row: Row): ChargeVerdict {
  const currency: CurrencyCode = storedCurrency(row.currency);
  const said = {
    amount: money(row.amount, currency),
    processorId: row.processor_id,
    responseCode: row.response_code,
    responseText: row.response_text,
    processedAt: Number(row.processed_at),
  };
  return row.decline === null
    ? { ...said, approved: true }
    : { ...said, approved: false, decline: row.decline };
}
