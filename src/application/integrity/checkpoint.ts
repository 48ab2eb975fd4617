import { errAsync, ok, okAsync, type ResultAsync } from 'neverthrow';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report } from '../kernel/report-findings.ts';
import { changeSince, lessThan } from '../kernel/since-checkpoint.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import type { SeenAggregate } from './verify-aggregate.ts';
import { checkAll } from './verify-marks.ts';
import type { SeenPayment } from './verify-payment.ts';

/** Where a chain ended: so many links, the last under this hash. */
export type ChainEnd = Readonly<{ id: string; version: number; hash: string }>;

/** The heads of chains that are kept together: of an aggregate, or of a payment and its transactions. */
export type KnownHeads = ChainEnd &
  Readonly<{ merchantId: MerchantId; entity: 'payment' | AggregateKind; transactions: readonly ChainEnd[] }>;

const endOf = ({ id, version, auditHash }: Readonly<{ id: string; version: number; auditHash: string }>) => ({
  id,
  version,
  hash: auditHash,
});

export const headsOfPayment = ({ payment, transactions }: SeenPayment): KnownHeads => ({
  ...endOf(payment),
  merchantId: payment.merchantId,
  entity: 'payment',
  transactions: transactions.map(endOf),
});

export const headsOfAggregate = ({ aggregate }: SeenAggregate): KnownHeads => ({
  ...endOf(aggregate),
  merchantId: aggregate.merchantId,
  entity: aggregate.kind,
  transactions: [],
});

/**
 * Reports each chain that no longer holds the link it once ended with: it was rewritten from some link on, cut, or is
 * gone, however well the rest of the store was made to match. Chains that went on since, and new ones, agree. One read of
 * a chain for each of `heads`, side by side.
 */
export type CompareHeads = (
  heads: readonly KnownHeads[],
  report?: Report<IntegrityFinding>,
) => ResultAsync<void, IntegrityFinding | StorageUnavailable>;

export const compareHeads =
  ({ auditTrail }: Readonly<{ auditTrail: AuditTrail }>): CompareHeads =>
  (heads, report = endAtFirst) =>
    checkAll(heads, report, (known) => {
      const { merchantId, entity, id } = known;
      const chains =
        entity === 'payment'
          ? auditTrail.ofPayment(merchantId, id as PaymentId)
          : auditTrail.ofAggregate(merchantId, entity, id);
      return chains.andThen((links) => {
        const fault = faultOfHeads(known, links);
        return fault === undefined ? okAsync(undefined) : errAsync(fault);
      });
    }).andThen(() => ok(undefined));

function faultOfHeads(known: KnownHeads, links: readonly AuditEntry[]): IntegrityFinding | undefined {
  const { merchantId, entity } = known;
  for (const [index, { id, version, hash }] of [known, ...known.transactions].entries()) {
    const row = index === 0 ? entity : 'transaction';
    const link = links.find(({ entityId, sequence }) => entityId === id && sequence === version);
    const fault = changeSince(link, hash);
    if (fault !== undefined) return { kind: 'BadRow', merchantId, row, id, sequence: version, fault };
  }
  return undefined;
}

/** How much of everything that is never deleted there was. */
export type Counts = Readonly<Record<(typeof COUNTED)[number], number>>;

const COUNTED = ['merchants', 'aggregates', 'payments', 'transactions', 'links', 'ledgerEntries'] as const;

/** What there is less of than there was. */
export const faultOfCounts = (then: Counts, now: Counts): IntegrityFinding | undefined =>
  lessThan(COUNTED, then, now);
