import { err, errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import { type AuditEntryId, type MerchantId, type PaymentId, parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report, reportAll } from '../kernel/report-findings.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import type { AggregateReads } from './verify-aggregate.ts';
import { backTo, checkAll, type Dated, type Marks, mark, NO_MARKS } from './verify-marks.ts';
import { readPayment } from './verify-payment.ts';

const PAGE = 500;

/** A link as marks know it. */
export const datedLink = (link: AuditEntry): Dated => ({ text: jsonText(link), at: link.timestamp });

/**
 * Checks that every listed link belongs to something that exists and is one of its chain. `verified` marks the links of
 * all chains: where the listed ones are the same, nothing more is read.
 */
export const verifyTrail = (
  ports: AggregateReads,
  merchantId: MerchantId,
  verified: Marks,
  cut: Instant,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    let listed = NO_MARKS;
    yield* walk(ports, merchantId, Number.NEGATIVE_INFINITY, (links) => {
      listed = mark(listed, links.map(datedLink), cut, ports.digests.sha256);
      return okAsync(undefined);
    });
    const since = backTo(verified, listed, cut);
    if (since !== 'nothing')
      yield* walk(ports, merchantId, since, (links) => verifyLinks(ports, merchantId, links, report));
    return ok(undefined);
  });

/** Newest first, to the page that holds links of `since` or older. */
const walk = (
  { auditTrail }: AggregateReads,
  merchantId: MerchantId,
  since: Instant,
  visit: (links: readonly AuditEntry[]) => ResultAsync<unknown, IntegrityFinding | StorageUnavailable>,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    for (let before: AuditEntryId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const links = yield* auditTrail.list(merchantId, {}, page);
      yield* visit(links);
      const last = links.at(-1);
      if (last === undefined || links.length < PAGE || last.timestamp <= since) return ok(undefined);
      before = last.id;
    }
  });

/** Reads each chain once, however many of its links stand on the page. */
const verifyLinks = (
  ports: AggregateReads,
  merchantId: MerchantId,
  links: readonly AuditEntry[],
  report: Report<IntegrityFinding>,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const rooted = yield* checkAll(links, report, (link) =>
      rootOf(ports, merchantId, link).map((root) => ({ link, root, key: `${root.type} ${root.id}` })),
    );
    const roots = [...new Map(rooted.map(({ key, root }) => [key, root])).entries()];
    const chains = new Map(
      yield* checkAll(roots, report, ([key, root]) =>
        chainOf(ports, merchantId, root).map((chain): readonly [string, ReadonlySet<string>] => [
          key,
          new Set(chain.map((link) => datedLink(link).text)),
        ]),
      ),
    );
    // Where the root is gone, that was reported.
    const strays = rooted.filter(({ key, link }) => chains.get(key)?.has(datedLink(link).text) === false);
    return reportAll(
      strays.map(({ link }) => orphaned(merchantId, link)),
      report,
    );
  });

const orphaned = (merchantId: MerchantId, { id }: AuditEntry): IntegrityFinding => ({
  kind: 'BadRow',
  merchantId,
  row: 'audit_entry',
  id,
  fault: 'orphaned',
});

/** What a link's chain is kept with: the payment, or the aggregate itself. */
type Root =
  | Readonly<{ type: 'payment'; id: PaymentId }>
  | Readonly<{ type: Exclude<AuditEntry['entityType'], 'payment' | 'transaction'>; id: string }>;

function rootOf(
  { auditTrail }: AggregateReads,
  merchantId: MerchantId,
  link: AuditEntry,
): ResultAsync<Root, IntegrityFinding | StorageUnavailable> {
  const { entityType, entityId } = link;
  const payment = (text: unknown): ResultAsync<Root, IntegrityFinding> => {
    const id = typeof text === 'string' ? parseId('pay', text) : undefined;
    return id === undefined ? errAsync(orphaned(merchantId, link)) : okAsync({ type: 'payment', id });
  };
  if (entityType === 'payment') return payment(entityId);
  if (entityType !== 'transaction') return okAsync({ type: entityType, id: entityId });
  // Only the first link of a transaction says whose it is.
  if (link.sequence === 1) return payment(link.after?.['payment_id']);
  return auditTrail
    .list(merchantId, { entityType, entityId }, { limit: PAGE })
    .andThen((chain) => payment(chain.at(-1)?.after?.['payment_id']));
}

const chainOf = (
  ports: AggregateReads,
  merchantId: MerchantId,
  root: Root,
): ResultAsync<readonly AuditEntry[], IntegrityFinding | StorageUnavailable> =>
  root.type === 'payment'
    ? readPayment(ports, merchantId, root.id).map(({ links }) => links)
    : ports.aggregates
        .find(merchantId, root.type, root.id)
        .andThen((aggregate) =>
          aggregate === undefined
            ? err<never, IntegrityFinding>({
                kind: 'BadRow',
                merchantId,
                row: root.type,
                id: root.id,
                fault: 'absent',
              })
            : ok(aggregate),
        )
        .andThen(() => ports.auditTrail.ofAggregate(merchantId, root.type, root.id));
