import { DatabaseSync } from 'node:sqlite';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { money } from '../../domain/kernel/money.ts';
import type { ChargeOrder, DeclineCode, ModificationOrder, Verdict } from '../../ports/processor.ts';
import {
  type KeptCharge,
  keptMethod,
  WAITING_CHARGES,
  type WaitingCharges,
  waitingCharges,
} from './simulator-waiting.ts';

/** What became of a charge's money, in minor units. `ended`: a void or a final capture released the rest. */
export type ChargeBook = Readonly<{
  paymentMethod: string;
  authorized: bigint;
  captured: bigint;
  refunded: bigint;
  ended: boolean;
}>;

/** A dispute of a charge in the simulator's books. */
export type SimulatedDispute = Readonly<{ merchantId: MerchantId; opensAt: Instant; isAccepted: boolean }>;

/** What the simulated processor remembers, on its own side of the wire: one row for one reference, never changed. */
export interface SimulatorLedger extends WaitingCharges {
  /** The first verdict ever recorded for the reference; records this one when there is none. */
  record(order: KeptCharge, verdict: Verdict): Verdict;
  /** The same for a modification: `judge` sees how the charge stands, and no other process moves it meanwhile. */
  move(order: ModificationOrder, judge: (book: ChargeBook | undefined) => Verdict): Verdict;
  find(reference: string): Verdict | undefined;
  /** Every approved charge, by reference. */
  charges(): ReadonlyMap<string, Verdict>;
  /** Of every charge and modification it ever judged, however. */
  references(): readonly string[];
  book(charge: string): ChargeBook | undefined;
  /** Of any charge that it judged, a declined one too. */
  paymentMethodOf(charge: string): string | undefined;
  /** Has a charge disputed from a time on; the first time stands. */
  dispute(order: Pick<ChargeOrder, 'reference' | 'merchantId'>, opensAt: Instant): void;
  disputeOf(charge: string): SimulatedDispute | undefined;
  /** Charges whose disputes have opened by then. */
  disputed(by: Instant): readonly string[];
  /** The merchant has accepted the dispute of a charge; false where that is so already, or there is none. */
  acceptDispute(charge: string): boolean;
  close(): void;
}

type Row = Readonly<{
  reference: string;
  amount: bigint;
  currency: string;
  decline: DeclineCode | 'canceled' | null;
  fee: bigint | null;
  processor_id: string;
  response_code: string;
  response_text: string;
  processed_at: bigint;
}>;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS charge (
    reference TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    decline TEXT, fee INTEGER, processor_id TEXT NOT NULL, response_code TEXT NOT NULL, response_text TEXT NOT NULL,
    processed_at INTEGER NOT NULL, payment_method TEXT NOT NULL, captured INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS movement (
    reference TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    decline TEXT, fee INTEGER, processor_id TEXT NOT NULL, response_code TEXT NOT NULL, response_text TEXT NOT NULL,
    processed_at INTEGER NOT NULL, charge TEXT NOT NULL, type TEXT NOT NULL, final INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS dispute (
    charge TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, opens_at INTEGER NOT NULL, accepted INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  ${WAITING_CHARGES}
  CREATE INDEX IF NOT EXISTS movement_charge ON movement (charge);
`;

const BOOK = `
  SELECT payment_method AS "paymentMethod", amount AS authorized,
    CASE WHEN captured THEN amount ELSE
      (SELECT coalesce(sum(m.amount), 0) FROM movement m
       WHERE m.charge = c.reference AND m.type = 'capture' AND m.decline IS NULL) END AS captured,
    (SELECT coalesce(sum(m.amount), 0) FROM movement m
     WHERE m.charge = c.reference AND m.type = 'refund' AND m.decline IS NULL) AS refunded,
    captured OR EXISTS (SELECT 1 FROM movement m
      WHERE m.charge = c.reference AND m.final AND m.decline IS NULL) AS ended
  FROM charge c WHERE reference = ? AND decline IS NULL`;

/** Tokens that an earlier version kept; the pages and the journal that hold them are written anew. */
function forgetTokens(db: DatabaseSync): void {
  const { changes } = db
    .prepare("UPDATE charge SET payment_method = 'card' WHERE payment_method GLOB 'tok_*'")
    .run();
  if (changes > 0) db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
}

/** `file` is shared by every process that opens it and survives them; ':memory:' belongs to this one. */
export function simulatorLedger(file: string): SimulatorLedger {
  // The patience comes first: another process may hold the file while this one opens it.
  const db = new DatabaseSync(file, { readBigInts: true, timeout: 10_000 });
  db.exec(SCHEMA);
  forgetTokens(db);
  const values = (count: number) => `VALUES (${Array.from({ length: count }, () => '?').join(', ')})`;
  const insertCharge = db.prepare(`INSERT INTO charge ${values(12)} ON CONFLICT DO NOTHING`);
  const insertModification = db.prepare(`INSERT INTO movement ${values(13)}`);
  const selectCharge = db.prepare('SELECT * FROM charge WHERE reference = ?');
  const selectModification = db.prepare('SELECT * FROM movement WHERE reference = ?');
  const selectMethod = db.prepare('SELECT payment_method AS method FROM charge WHERE reference = ?');
  const selectBook = db.prepare(BOOK);
  const approved = db.prepare('SELECT * FROM charge WHERE decline IS NULL');
  const judged = db.prepare('SELECT reference FROM charge UNION ALL SELECT reference FROM movement');

  const insertDispute = db.prepare('INSERT INTO dispute VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING');
  const selectDispute = db.prepare('SELECT * FROM dispute WHERE charge = ?');
  const opened = db.prepare('SELECT charge FROM dispute WHERE opens_at <= ?');
  const accept = db.prepare('UPDATE dispute SET accepted = 1 WHERE charge = ? AND accepted = 0');

  const find = (reference: string) => {
    const row = (selectCharge.get(reference) ?? selectModification.get(reference)) as Row | undefined;
    return row && fromRow(row);
  };
  const book = (charge: string): ChargeBook | undefined => {
    const row = selectBook.get(charge) as (Omit<ChargeBook, 'ended'> & { ended: bigint }) | undefined;
    return row && { ...row, ended: row.ended === 1n };
  };
  return {
    find,
    book,
    ...waitingCharges(db),
    paymentMethodOf: (charge) => (selectMethod.get(charge) as { method: string } | undefined)?.method,
    dispute({ reference, merchantId }, opensAt) {
      insertDispute.run(reference, merchantId, opensAt);
    },
    disputeOf(charge) {
      const row = selectDispute.get(charge) as
        | Readonly<{ merchant_id: MerchantId; opens_at: bigint; accepted: bigint }>
        | undefined;
      return (
        row && {
          merchantId: row.merchant_id,
          opensAt: Number(row.opens_at),
          isAccepted: row.accepted === 1n,
        }
      );
    },
    disputed: (by) => (opened.all(by) as { charge: string }[]).map(({ charge }) => charge),
    acceptDispute: (charge) => Number(accept.run(charge).changes) === 1,
    record(order, verdict) {
      const { changes } = insertCharge.run(
        order.reference,
        order.merchantId,
        ...columnsOf(verdict),
        keptMethod(order.paymentMethod),
        order.capture ? 1 : 0,
      );
      return Number(changes) === 1 ? verdict : (find(order.reference) ?? verdict);
    },
    move(order, judge) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const known = find(order.reference);
        const verdict = known ?? judge(book(order.charge));
        if (known === undefined)
          insertModification.run(
            order.reference,
            order.merchantId,
            ...columnsOf(verdict),
            order.charge,
            order.type,
            order.final ? 1 : 0,
          );
        db.exec('COMMIT');
        return verdict;
      } catch (fault) {
        db.exec('ROLLBACK');
        throw fault;
      }
    },
    charges: () => new Map((approved.all() as unknown as Row[]).map((row) => [row.reference, fromRow(row)])),
    references: () => (judged.all() as { reference: string }[]).map(({ reference }) => reference),
    close: () => db.close(),
  };
}

const columnsOf = (verdict: Verdict) =>
  [
    verdict.amount.minorUnits,
    verdict.amount.currency,
    verdict.approved ? null : verdict.canceled ? 'canceled' : verdict.decline,
    verdict.fee ?? null,
    verdict.processorId,
    verdict.responseCode,
    verdict.responseText,
    verdict.processedAt,
  ] as const;

function fromRow(row: Row): Verdict {
  const said = {
    amount: money(row.amount, storedCurrency(row.currency)),
    processorId: row.processor_id,
    responseCode: row.response_code,
    responseText: row.response_text,
    processedAt: Number(row.processed_at),
    ...(row.fee === null ? {} : { fee: row.fee }),
  };
  if (row.decline === null) return { ...said, approved: true };
  return row.decline === 'canceled'
    ? { ...said, approved: false, decline: 'card_declined', canceled: true }
    : { ...said, approved: false, decline: row.decline };
}
