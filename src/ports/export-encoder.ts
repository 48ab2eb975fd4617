import type { ShownAuditEntry } from '../domain/audit/shown-entry.ts';
import type { ExportFormat } from '../domain/files/export.ts';
import type { JournalRow } from '../domain/files/journal.ts';
import type { PublishedSettlement } from '../domain/files/settlement-record.ts';
import type { JsonObject } from '../domain/kernel/json.ts';
import type { LedgerEntryRecord } from '../domain/ledger/ledger-record.ts';
import type { PaymentRecord } from '../domain/payments/payment-record.ts';
import type { TransactionRecord } from '../domain/payments/transaction-record.ts';

/** The rows of each kind of export, as they are published elsewhere too. */
export type ExportRowsOf = Readonly<{
  payments: readonly PaymentRecord[];
  transactions: readonly TransactionRecord[];
  ledger_entries: readonly LedgerEntryRecord[];
  audit: readonly ShownAuditEntry[];
  journal: readonly JournalRow[];
  settlements: readonly PublishedSettlement[];
  /** What became of rows of a processor's file, as they are kept. */
  reconciled_rows: readonly JsonObject[];
}>;

/** Some rows, and of what kind they are. */
export type ExportRows = {
  [Source in keyof ExportRowsOf]: Readonly<{ source: Source; rows: ExportRowsOf[Source] }>;
}[keyof ExportRowsOf];

/** With `bom` a CSV begins with a byte order mark. */
export type ExportFileTerms = Readonly<{ format: ExportFormat; gzip: boolean; bom?: boolean }>;

/** Writes rows as bytes of a file. What it makes of rows piece by piece, one after the other, is the file. */
export interface ExportEncoder {
  /** `extension` without the leading dot. */
  fileOf(terms: ExportFileTerms): Readonly<{ contentType: string; extension: string }>;
  /** The same bytes for the same rows, whichever process asks. The first piece begins the file, with or without rows. */
  encode(rows: ExportRows, terms: ExportFileTerms & Readonly<{ isFirst: boolean }>): Uint8Array;
}
