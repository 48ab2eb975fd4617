import { err, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { AuditEntry } from '../domain/audit.ts';
import { type AuditEntryId, type MerchantId, type PaymentId, parseId } from '../domain/ids.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import type { BadRow } from './bad-row.ts';
import type { AggregateReads } from './verify-aggregate.ts';
import { readPayment } from './verify-payment.ts';

const PAGE = 500;

/**
 * Checks that every listed link belongs to something that exists and is one of its chain. `verified` is how many links
 * the chains had: when as many are listed there can be no other, and nothing more is read.
 */
export const verifyTrail = (
  ports: AggregateReads,
  merchantId: MerchantId,
  verified: number,
): ResultAsync<number, BadRow | StorageUnavailable> =>
  safeTry(async function* () {
    const none = () => okAsync(undefined);
    const listed = yield* walk(ports, merchantId, none);
    if (listed === verified) return ok(listed);
    return walk(ports, merchantId, (links) => verifyLinks(ports, merchantId, links));
  });

const walk = (
  { auditTrail }: AggregateReads,
  merchantId: MerchantId,
  visit: (links: readonly AuditEntry[]) => ResultAsync<unknown, BadRow | StorageUnavailable>,
): ResultAsync<number, BadRow | StorageUnavailable> =>
  safeTry(async function* () {
    let count = 0;
    for (let before: AuditEntryId | undefined; ; ) {
      const page = { limit: PAGE, ...(before === undefined ? {} : { before }) };
      const links = yield* auditTrail.list(merchantId, {}, page);
      yield* visit(links);
      count += links.length;
      before = links.at(-1)?.id;
      if (links.length < PAGE) return ok(count);
    }
  });

/** Reads each chain once, however many of its links stand on the page. */
const verifyLinks = (
  ports: AggregateReads,
  merchantId: MerchantId,
  links: readonly AuditEntry[],
): ResultAsync<void, BadRow | StorageUnavailable> =>
  safeTry(async function* () {
    const chains = new Map<string, ReadonlySet<string>>();
    for (const link of links) {
      const root = yield* rootOf(ports, merchantId, link);
      const key = `${root.type} ${root.id}`;
      const chain = chains.get(key) ?? (yield* chainOf(ports, merchantId, root));
      chains.set(key, chain);
      if (!chain.has(textOf(link)))
        return err<never, BadRow>({
          kind: 'BadRow',
          merchantId,
          row: 'audit_entry',
          id: link.id,
          fault: 'orphaned',
        });
    }
    return ok(undefined);
  });

/** Where a link's chain is kept: with the payment, or with the aggregate itself. */
type Root =
  | Readonly<{ type: 'payment'; id: PaymentId }>
  | Readonly<{ type: Exclude<AuditEntry['entityType'], 'payment' | 'transaction'>; id: string }>;

function rootOf(
  { auditTrail }: AggregateReads,
  merchantId: MerchantId,
  link: AuditEntry,
): ResultAsync<Root, BadRow | StorageUnavailable> {
  const { entityType, entityId } = link;
  const orphaned: BadRow = { kind: 'BadRow', merchantId, row: 'audit_entry', id: link.id, fault: 'orphaned' };
  const ofPayment = (text: unknown) => {
    const id = typeof text === 'string' ? parseId('pay', text) : undefined;
    return id === undefined ? err(orphaned) : ok({ type: 'payment' as const, id });
  };
  if (entityType === 'payment') return okAsync(undefined).andThen(() => ofPayment(entityId));
  if (entityType !== 'transaction') return okAsync({ type: entityType, id: entityId });
  // Only the first link of a transaction says whose it is.
  if (link.sequence === 1) return okAsync(undefined).andThen(() => ofPayment(link.after?.['payment_id']));
  return auditTrail
    .list(merchantId, { entityType, entityId }, { limit: PAGE })
    .andThen((chain) => ofPayment(chain.at(-1)?.after?.['payment_id']));
}

const chainOf = (
  ports: AggregateReads,
  merchantId: MerchantId,
  root: Root,
): ResultAsync<ReadonlySet<string>, BadRow | StorageUnavailable> =>
  root.type === 'payment'
    ? readPayment(ports, merchantId, root.id).map(({ links }) => new Set(links.map(textOf)))
    : ports.aggregates
        .find(merchantId, root.type, root.id)
        .andThen((aggregate) =>
          aggregate === undefined
            ? err<never, BadRow>({ kind: 'BadRow', merchantId, row: root.type, id: root.id, fault: 'absent' })
            : ok(aggregate),
        )
        .andThen(() => ports.auditTrail.ofAggregate(merchantId, root.type, root.id))
        .map((links) => new Set(links.map(textOf)));

const textOf = ({ id, hash }: AuditEntry): string => `${id} ${hash}`;
