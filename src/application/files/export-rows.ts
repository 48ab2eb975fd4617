import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { shownEntry } from '../../domain/audit/shown-entry.ts';
import type { ExportSource, FileExport } from '../../domain/files/file-export.ts';
import {
  addToDay,
  dayOf,
  emptyDay,
  type JournalDay,
  type JournalRow,
  rowsOfDay,
} from '../../domain/files/journal.ts';
import { publishedSettlement } from '../../domain/files/settlement-record.ts';
import {
  type AuditEntryId,
  firstIdAt,
  type LedgerEntryId,
  type PaymentId,
  type SettlementId,
} from '../../domain/kernel/ids.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import { ledgerEntryRecord } from '../../domain/ledger/ledger-record.ts';
import { paymentRecord } from '../../domain/payments/payment-record.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import { transactionRecord } from '../../domain/payments/transaction-record.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import type { ExportRows } from '../../ports/export-encoder.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { PaymentsFound } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { type ChoicePorts, chosenPayments } from '../payments/chosen-payments.ts';
import { exportFilter } from './export-filter.ts';

export type RowPorts = ChoicePorts &
  Readonly<{ ledger: Ledger; auditTrail: AuditTrail; aggregates: Aggregates }>;

/** Where reading goes on, as a checkpoint holds it; undefined before the first page. */
export type RowCursor = JsonObject;

/** Without a cursor it is the last. */
export type RowPage = Readonly<{ rows: ExportRows; cursor?: RowCursor }>;

/**
 * The next rows of an export, newest first: of what existed when it was ordered, each that matches throughout exactly once. What
 * it gives follows from the order, the cursor and what is stored, and from nothing that a process keeps.
 */
export type ReadRows = (
  order: FileExport,
  cursor: RowCursor | undefined,
) => ResultAsync<RowPage, StorageUnavailable>;

const READS_AT_ONCE = 16;

/** For one page: a step of many pages that hold nothing ends within seconds, too. */
const MOST_LOOKED_AT = 2_000;

/** What clocks of two processes differ by at the most: one may have taken a payment, and the other its transaction. */
const CLOCKS_APART_MS = 60_000;

/** `pageRows` are read at once. */
export const readRows = (ports: RowPorts, pageRows: number): ReadRows => {
  const { payments, ledger, auditTrail, aggregates } = ports;
  const chosen = chosenPayments(ports, MOST_LOOKED_AT);
  const readers: Readonly<Record<ExportSource, ReadRows>> = {
    payments: (order, cursor) =>
      paymentsAfter(order, cursor).map(({ payments: found, next }) => ({
        rows: { source: 'payments', rows: found.map(paymentRecord) },
        ...goesOn(next),
      })),
    transactions: transactionsAfter,
    ledger_entries: (order, cursor) =>
      entriesAfter(order, cursor).map(({ entries, next }) => ({
        rows: { source: 'ledger_entries', rows: entries.map(ledgerEntryRecord) },
        ...next,
      })),
    journal: (order, cursor) =>
      entriesAfter(order, cursor).map(({ entries, next }) => {
        const rows: JournalRow[] = [];
        let day = cursor?.['day'] as JournalDay | undefined;
        for (const entry of entries) {
          const date = dayOf(entry.createdAt);
          if (day !== undefined && day.date !== date) rows.push(...rowsOfDay(day));
          day = addToDay(day?.date === date ? day : emptyDay(date), entry);
        }
        if (next.cursor === undefined && day !== undefined) rows.push(...rowsOfDay(day));
        return {
          rows: { source: 'journal', rows },
          ...(next.cursor === undefined ? {} : { cursor: { ...next.cursor, ...present({ day }) } }),
        };
      }),
    settlements: settlementsAfter,
    audit: ({ merchantId, query, createdAt }, cursor) => {
      const { entityType, entityId, from, to = createdAt } = exportFilter(query);
      const filter = { ...present({ entityType, entityId, from }), to: Math.min(to, createdAt) };
      const page = {
        limit: pageRows,
        ...present({ before: cursor?.['before'] as AuditEntryId | undefined }),
      };
      return auditTrail.list(merchantId, filter, page).map((found) => ({
        rows: { source: 'audit', rows: found.map((entry) => shownEntry(entry, 'merchant')) },
        ...nextOf(found),
      }));
    },
  };
  return (order, cursor) => readers[order.source](order, cursor);

  /** By the time at which the first row of their file was read, which their ids carry. */
  function settlementsAfter(
    { merchantId, query, createdAt }: FileExport,
    cursor: RowCursor | undefined,
  ): ResultAsync<RowPage, StorageUnavailable> {
    const { currency, from = 0, to = createdAt } = exportFilter(query);
    const before =
      (cursor?.['before'] as SettlementId | undefined) ?? firstIdAt('set', Math.min(to, createdAt) + 1);
    return aggregates.newest(merchantId, 'settlement', { limit: pageRows, before }).map((found) => {
      const ofTime = found.filter(({ id }) => id >= firstIdAt('set', from));
      const rows = ofTime.filter((each) => currency === undefined || each.currency === currency);
      return {
        rows: { source: 'settlements', rows: rows.map(publishedSettlement) },
        ...(ofTime.length < found.length ? {} : nextOf(found)),
      };
    });
  }

  function paymentsAfter(
    { merchantId, query, createdAt }: FileExport,
    cursor: RowCursor | undefined,
  ): ResultAsync<PaymentsFound, StorageUnavailable> {
    const { entityType: _type, entityId: _id, ...filter } = exportFilter(query);
    const before = (cursor?.['before'] as PaymentId | undefined) ?? firstIdAt('pay', createdAt + 1);
    return chosen(merchantId, filter, { limit: pageRows, before });
  }

  /**
   * By their own time, which no index has: a refund may be of a payment of years ago, so all payments up to the end are walked. What was
   * last changed before the time has no transaction in it, and is not asked for them.
   */
  function transactionsAfter(
    { merchantId, query, createdAt }: FileExport,
    cursor: RowCursor | undefined,
  ): ResultAsync<RowPage, StorageUnavailable> {
    const { entityType: _type, entityId: _id, from = 0, to = createdAt, ...filter } = exportFilter(query);
    const until = Math.min(to, createdAt);
    const before =
      (cursor?.['before'] as PaymentId | undefined) ?? firstIdAt('pay', until + CLOCKS_APART_MS + 1);
    return safeTry(async function* () {
      const { payments: found, next }: PaymentsFound =
        from > until ? { payments: [] } : yield* chosen(merchantId, filter, { limit: pageRows, before });
      const asked = found.filter(({ updatedAt }) => updatedAt >= from - CLOCKS_APART_MS);
      const each = yield* inParallel(asked, READS_AT_ONCE, ({ id }) =>
        payments
          .transactionsOf(merchantId, id)
          .map((of): Result<readonly Transaction[], StorageUnavailable> => ok(of))
          .orElse((failure) => ok<Result<readonly Transaction[], StorageUnavailable>, never>(err(failure))),
      );
      const rows: Transaction[] = [];
      for (const transactions of each)
        rows.push(...(yield* transactions).filter((one) => one.createdAt >= from && one.createdAt <= until));
      return ok({
        rows: { source: 'transactions' as const, rows: rows.map(transactionRecord) },
        ...goesOn(next),
      });
    });
  }

  /** Ids carry times, so what is older than asked for ends the reading. */
  function entriesAfter(
    { merchantId, query, createdAt }: FileExport,
    cursor: RowCursor | undefined,
  ): ResultAsync<Readonly<{ entries: readonly LedgerEntry[]; next: Next }>, StorageUnavailable> {
    const { currency, from = Number.NEGATIVE_INFINITY, to = createdAt } = exportFilter(query);
    const before =
      (cursor?.['before'] as LedgerEntryId | undefined) ?? firstIdAt('led', Math.min(to, createdAt) + 1);
    return ledger.list(merchantId, present({ currency }), { limit: pageRows, before }).map((found) => {
      const entries = found.filter((entry) => entry.createdAt >= from);
      return { entries, next: entries.length < found.length ? {} : nextOf(found) };
    });
  }

  function nextOf(found: readonly Readonly<{ id: string }>[]): Next {
    return found.length < pageRows ? {} : { cursor: { before: found.at(-1)?.id } };
  }
};

const goesOn = (next: PaymentId | undefined): Next =>
  next === undefined ? {} : { cursor: { before: next } };

type Next = Readonly<{ cursor?: RowCursor }>;
