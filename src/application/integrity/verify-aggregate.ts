import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { type Aggregate, auditedRecord, ownersOf } from '../../domain/aggregates/aggregate.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { confirmed, type IntegrityFinding } from './integrity-finding.ts';
import { faultOfEntity } from './verify-entity.ts';
import type { PaymentReads } from './verify-payment.ts';

export type AggregateReads = PaymentReads & Readonly<{ aggregates: Aggregates }>;

export type SeenAggregate = Readonly<{ aggregate: Aggregate; links: readonly AuditEntry[] }>;

/** Checks an aggregate and its chain, as one of the tenants sees it that may read it. */
export const verifyAggregate = (
  ports: AggregateReads,
  merchantId: MerchantId,
  listed: Aggregate,
): ResultAsync<SeenAggregate, IntegrityFinding | StorageUnavailable> => {
  const { kind, id } = listed;
  const bad = { kind: 'BadRow', merchantId, row: kind, id } as const;
  if (!ownersOf(listed).includes(merchantId)) return errAsync({ ...bad, fault: 'foreign' });
  let known: Aggregate | undefined = listed;
  const find = (): ResultAsync<Aggregate, IntegrityFinding | StorageUnavailable> => {
    const aggregate = known;
    known = undefined;
    if (aggregate !== undefined) return okAsync(aggregate);
    const found: ResultAsync<Aggregate | undefined, StorageUnavailable> = ports.aggregates.find(
      merchantId,
      kind,
      id,
    );
    return found.andThen((each) =>
      each === undefined ? errAsync<Aggregate, IntegrityFinding>({ ...bad, fault: 'absent' }) : okAsync(each),
    );
  };
  return confirmed<SeenAggregate>({
    read: () =>
      find().andThen((aggregate) =>
        ports.auditTrail.ofAggregate(aggregate.merchantId, kind, id).map((links) => ({ aggregate, links })),
      ),
    mark: ({ aggregate: { version, auditHash } }) => `${version} ${auditHash}`,
    judge: ({ aggregate, links }) =>
      faultOfEntity(
        { ...aggregate, type: kind, record: auditedRecord(aggregate) },
        links,
        ports.digests.sha256,
      ),
  });
};
