import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { type Aggregate, auditedRecord, ownersOf } from '../domain/aggregate.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { Transfer } from '../domain/transfer.ts';
import type { Aggregates } from '../ports/aggregates.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import { type BadRow, confirmed } from './bad-row.ts';
import { faultOfEntity } from './verify-entity.ts';
import { faultOfEntries, type PaymentReads } from './verify-payment.ts';
import { entriesAt, type Posting } from './verify-postings.ts';

export type AggregateReads = PaymentReads & Readonly<{ aggregates: Aggregates }>;

export type SeenAggregate = Readonly<{
  aggregate: Aggregate;
  links: readonly AuditEntry[];
  /** Of the tenant it was read for. */
  entries: readonly LedgerEntry[];
}>;

/** Checks an aggregate and its chain, and what it caused in the ledger of the tenant it is read for. */
export const verifyAggregate = (
  ports: AggregateReads,
  merchantId: MerchantId,
  listed: Aggregate,
): ResultAsync<SeenAggregate, BadRow | StorageUnavailable> => {
  const { kind, id } = listed;
  const bad = { kind: 'BadRow', merchantId, row: kind, id } as const;
  if (!ownersOf(listed).includes(merchantId)) return errAsync({ ...bad, fault: 'foreign' });
  let known: Aggregate | undefined = listed;
  const find = (): ResultAsync<Aggregate, BadRow | StorageUnavailable> => {
    const aggregate = known;
    known = undefined;
    if (aggregate !== undefined) return okAsync(aggregate);
    const found: ResultAsync<Aggregate | undefined, StorageUnavailable> = ports.aggregates.find(
      merchantId,
      kind,
      id,
    );
    return found.andThen((each) =>
      each === undefined ? errAsync<Aggregate, BadRow>({ ...bad, fault: 'absent' }) : okAsync(each),
    );
  };
  return confirmed<SeenAggregate>({
    read: () =>
      find().andThen((aggregate) =>
        ResultAsync.combine([
          ports.auditTrail.ofAggregate(aggregate.merchantId, kind, id),
          aggregate.kind === 'transfer' ? entriesOfTransfer(ports, merchantId, aggregate) : okAsync([]),
        ]).map(([links, entries]) => ({ aggregate, links, entries })),
      ),
    mark: ({ aggregate: { version, auditHash } }) => `${version} ${auditHash}`,
    judge: ({ aggregate, links, entries }) =>
      faultOfEntity(
        { ...aggregate, type: kind, record: auditedRecord(aggregate) },
        links,
        ports.digests.sha256,
      ) ??
      faultOfEntries(
        merchantId,
        aggregate.kind === 'transfer' ? postingsOfTransfer(merchantId, aggregate) : [],
        entries,
      ),
  });
};

/** What a transfer must have put into one side's ledger. */
export const postingsOfTransfer = (merchantId: MerchantId, transfer: Transfer): readonly Posting[] => [
  {
    cause: transfer.id,
    type: transfer.merchantId === merchantId ? 'transfer_out' : 'transfer_in',
    minorUnits: transfer.amount.minorUnits,
    currency: transfer.amount.currency,
    at: transfer.createdAt,
  },
];

const entriesOfTransfer = (
  { ledger }: AggregateReads,
  merchantId: MerchantId,
  { id, amount, createdAt }: Transfer,
): ResultAsync<readonly LedgerEntry[], StorageUnavailable> =>
  entriesAt(ledger, merchantId, amount.currency, createdAt).map((entries) =>
    entries.filter((entry) => 'transferId' in entry && entry.transferId === id),
  );
