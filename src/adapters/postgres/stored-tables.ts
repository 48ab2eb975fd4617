import { entityOf } from '../../domain/kernel/events.ts';
import { idOf, type MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import type { EventPlace, StoredValue } from '../../ports/stored-rows.ts';
import { sealOfFailure } from '../shared/row-seal.ts';
import { balanceFromRow } from './balances.ts';
import { type DeliveryRow, deliveryFromRow, deliveryToRow } from './delivery-rows.ts';
import { aggregateFromRow, aggregateToRow, entryFromRow, entryToRow } from './ledger-rows.ts';
import { ledgerTallyFromRow } from './ledger-tallies.ts';
import {
  auditFromRow,
  auditToRow,
  claimFromRow,
  claimToRow,
  eventFromRow,
  eventToRow,
  hexOf,
  paymentFromRow,
  paymentToRow,
  transactionFromRow,
  transactionToRow,
} from './rows.ts';
import type { Row } from './schema.ts';
import { tallyFromRow } from './summaries.ts';

/** A row as it is read: columns of type json and date as text. */
export type AnyRow = Readonly<Record<string, unknown>>;

/** What a row stands for, and what would be written for it, column by column; a column not named would be null. */
type Judged = Readonly<{ value: StoredValue; written: object; begun?: Instant }>;

/** A table whose rows are checked. `key` is its primary key; `texts` are the columns that are read as text. */
export type StoredTable = Readonly<{
  name: string;
  key: readonly string[];
  texts: readonly string[];
  /** What names a row to people, and whose it is. */
  id(row: AnyRow): string;
  merchant: string;
  judge(row: AnyRow): Judged;
}>;

const SLOTS = 32;

const textOf = (row: AnyRow, name: string): string => String(row[name]);
const prefixed =
  (prefix: 'pay' | 'txn' | 'evt' | 'led' | 'whd', column = 'id') =>
  (row: AnyRow): string =>
    idOf(prefix, hexOf(textOf(row, column)));
const joined =
  (...columns: readonly string[]) =>
  (row: AnyRow): string =>
    columns.map((column) => textOf(row, column)).join(' ');

const anEvent = (
  name: string,
  places: readonly EventPlace[],
  key: readonly string[],
  others: (row: AnyRow) => object,
): StoredTable => ({
  name,
  key,
  texts: ['data'],
  id: prefixed('evt'),
  merchant: 'merchant_id',
  judge(row) {
    const event = eventFromRow(row as Row<'outbox'>);
    return {
      value: { type: 'event', event, places },
      written: { ...eventToRow(event), ...others(row) },
      begun: event.created,
    };
  },
});

/** How the delivery of an event went so far, as who noted its last failed try sealed it; one that was never refused has nothing. */
function failureOf({ id, tries, retry_at, error }: AnyRow): object {
  if (tries === 0 && (retry_at ?? null) === null && error === null) return { tries };
  const failure = {
    id: idOf('evt', hexOf(String(id))),
    tries: Number(tries),
    ...(retry_at === null ? {} : { retryAt: retry_at as Instant }),
    ...(error === null ? {} : { error: error as string }),
  };
  return { tries, retry_at, error, failure_seal: sealOfFailure(failure) };
}

/** In rows of before the copy of their part was kept. */
const NO_COPY = -1;

/** A part of a sum: only what all parts add up to means anything. Which of them it is in has its copy beside it. */
const aSum = (
  name: string,
  key: readonly string[],
  texts: readonly string[],
  valueOf: (row: AnyRow) => StoredValue,
): StoredTable => ({
  name,
  key,
  texts,
  id: joined(...key),
  merchant: 'merchant_id',
  judge(row) {
    const slot = Number(row['slot']);
    if (slot < 0 || slot >= SLOTS) throw new Error(`there is no slot ${slot}`);
    const written_in = row['written_in'] === NO_COPY ? NO_COPY : slot;
    return { value: valueOf(row), written: { ...row, written_in } };
  },
});

/** Every table whose rows must agree with others, unsent events first. */
export const STORED_TABLES: readonly StoredTable[] = [
  anEvent('outbox', ['outbox'], ['shard', 'id'], failureOf),
  anEvent('outbox_parked', ['outbox'], ['id'], (row) => failureOf({ ...row, retry_at: null })),
  anEvent('event_log', ['log', 'entity_log'], ['merchant_id', 'id'], (row) => ({
    entity_id: entityOf(eventFromRow(row as Row<'outbox'>)),
  })),
  {
    name: 'payment',
    key: ['merchant_id', 'id'],
    texts: ['metadata'],
    id: prefixed('pay'),
    merchant: 'merchant_id',
    judge(row) {
      const metadata = row['metadata'] === null ? null : parseJson(textOf(row, 'metadata'));
      const payment = paymentFromRow({ ...row, metadata } as Row<'payment'>);
      return { value: { type: 'payment' }, written: { reserved_refund_amount: 0, ...paymentToRow(payment) } };
    },
  },
  {
    name: 'transaction',
    key: ['payment_id', 'id'],
    texts: [],
    id: prefixed('txn'),
    merchant: 'merchant_id',
    judge(row) {
      const transaction = transactionFromRow(row as Row<'transaction'>);
      return { value: { type: 'transaction', transaction }, written: transactionToRow(transaction) };
    },
  },
  {
    name: 'claim',
    key: ['merchant_id', 'operation', 'key'],
    texts: [],
    id: joined('operation', 'key'),
    merchant: 'merchant_id',
    judge(row) {
      const claim = claimFromRow(row as Row<'claim'>);
      return { value: { type: 'claim', claim }, written: claimToRow(claim), begun: claim.createdAt };
    },
  },
  {
    name: 'claim_trace',
    key: ['merchant_id', 'operation', 'key'],
    texts: [],
    id: joined('operation', 'key'),
    merchant: 'merchant_id',
    judge(row) {
      const { merchant_id, operation, key, created_at, expires_at } = row as Row<'claim_trace'>;
      const trace = {
        merchantId: merchant_id as MerchantId,
        operation,
        key,
        createdAt: created_at,
        expiresAt: expires_at,
      };
      return { value: { type: 'claim_trace', trace }, written: row };
    },
  },
  {
    name: 'audit_entry',
    key: ['entity_id', 'entity_type', 'sequence'],
    texts: ['before', 'after', 'metadata'],
    id: (row) => idOf('aud', hexOf(textOf(row, 'id'))),
    merchant: 'merchant_id',
    judge: (row) => ({
      value: { type: 'audit_entry' },
      written: auditToRow(auditFromRow(row as Row<'audit_entry'>)),
    }),
  },
  {
    name: 'aggregate',
    key: ['owner', 'kind', 'id'],
    texts: ['record'],
    id: joined('kind', 'id'),
    merchant: 'owner',
    judge(row) {
      const { owner, kind, change_id, ...rest } = row as Row<'aggregate'>;
      const aggregate = aggregateFromRow(kind, rest);
      return {
        value: { type: 'aggregate', aggregate },
        written: aggregateToRow(owner, aggregate, hexOf(change_id)),
        begun: 'createdAt' in aggregate ? aggregate.createdAt : aggregate.updatedAt,
      };
    },
  },
  {
    name: 'unique_key',
    key: ['merchant_id', 'kind', 'key'],
    texts: [],
    id: joined('kind', 'key'),
    merchant: 'merchant_id',
    judge(row) {
      const { kind, key, id: holder } = row as Row<'unique_key'>;
      return { value: { type: 'unique_key', kind, key, holder }, written: row };
    },
  },
  {
    name: 'ledger_entry',
    key: ['merchant_id', 'id'],
    texts: [],
    id: prefixed('led'),
    merchant: 'merchant_id',
    judge(row) {
      const entry = entryFromRow(row as Row<'ledger_entry'>);
      return { value: { type: 'ledger_entry' }, written: entryToRow(entry), begun: entry.createdAt };
    },
  },
  aSum('balance', ['merchant_id', 'currency', 'slot'], [], (row) => ({
    type: 'balance',
    part: balanceFromRow(row as Row<'balance'>),
  })),
  {
    name: 'spending',
    key: ['merchant_id', 'currency'],
    texts: [],
    id: joined('currency'),
    merchant: 'merchant_id',
    judge(row) {
      const { currency, spendings } = row as Row<'spending'>;
      return { value: { type: 'balance', spent: { currency, spendings } }, written: row };
    },
  },
  aSum('tally', ['merchant_id', 'day', 'currency', 'status', 'slot'], ['day'], (row) => ({
    type: 'summary',
    parts: [tallyFromRow(row as Row<'tally'>)],
  })),
  aSum('ledger_tally', ['merchant_id', 'day', 'currency', 'type', 'slot'], ['day'], (row) => ({
    type: 'ledger_tally',
    parts: [ledgerTallyFromRow(row as Row<'ledger_tally'>)],
  })),
  {
    name: 'webhook_delivery',
    key: ['merchant_id', 'id'],
    texts: ['attempts'],
    id: prefixed('whd'),
    merchant: 'merchant_id',
    judge(row) {
      const attempts = parseJson(textOf(row, 'attempts'));
      const delivery = deliveryFromRow({ ...row, attempts } as unknown as DeliveryRow);
      return { value: { type: 'delivery' }, written: deliveryToRow(delivery), begun: delivery.createdAt };
    },
  },
];

/** Whose a row is, as it says. */
export const merchantOf = ({ merchant }: StoredTable, row: AnyRow): MerchantId => row[merchant] as MerchantId;
