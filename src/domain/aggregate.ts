import { type Export, type ExportRecord, exportRecord, restoreExport } from './export.ts';
import type { MerchantId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { type Merchant, type MerchantRecord, merchantRecord, restoreMerchant } from './merchant.ts';
import { restoreTransfer, type Transfer, type TransferRecord, transferRecord } from './transfer.ts';

/**
 * An entity that is stored whole, as one record, and found by its tenant, kind and id. `version` counts its changes from
 * 1; `auditHash` is the head of its audit chain. Payments are no aggregates: there are too many of them to be kept so.
 */
export type Aggregate = Merchant | Transfer | Export;
export type AggregateKind = Aggregate['kind'];
export type AggregateOf<Kind extends AggregateKind> = Extract<Aggregate, { kind: Kind }>;

/** What is stored, and what audit links are made from. */
export function aggregateRecord(aggregate: Aggregate): JsonObject {
  switch (aggregate.kind) {
    case 'merchant':
      return merchantRecord(aggregate);
    case 'transfer':
      return transferRecord(aggregate);
    case 'export':
      return exportRecord(aggregate);
  }
}

/** Reads `aggregateRecord` back. */
export function restoreAggregate<Kind extends AggregateKind>(
  kind: Kind,
  record: JsonObject,
  auditHash: string,
): AggregateOf<Kind>;
export function restoreAggregate(kind: AggregateKind, record: JsonObject, auditHash: string): Aggregate {
  switch (kind) {
    case 'merchant':
      return restoreMerchant(record as MerchantRecord, auditHash);
    case 'transfer':
      return restoreTransfer(record as TransferRecord, auditHash);
    case 'export':
      return restoreExport(record as ExportRecord, auditHash);
  }
}

/** Every tenant that may read the aggregate. */
export const ownersOf = (aggregate: Aggregate): readonly MerchantId[] =>
  aggregate.kind === 'transfer'
    ? [aggregate.merchantId, aggregate.destinationMerchantId]
    : [aggregate.merchantId];
