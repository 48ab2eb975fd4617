import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { AuditEntry, AuditedEntity } from '../../domain/kernel/audit-entry.ts';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { type AggregateReads, verifyAggregate } from './verify-aggregate.ts';
import { verifyPayment } from './verify-payment.ts';

/** What has a chain to be checked by itself. Chains of transactions are checked with their payment's. */
export type ChainRoot = Exclude<AuditedEntity, 'transaction'>;

/** Nothing of the merchant has this id. */
export type ChainNotFound = Readonly<{ kind: 'ChainNotFound' }>;

/** `links` is how many there are, and `head` the hash of the last; a fault is the first thing that is not as it was sealed. */
export type CheckedChain = Readonly<{ links: number; head: string; fault?: IntegrityFinding }>;

/**
 * Computes the hash of every link anew, and whether what is stored now is what its links add up to, as `verify` does of everything.
 * What merely moves on meanwhile is no fault. Two reads where all is well.
 */
export type CheckChain = (
  request: Readonly<{ merchantId: MerchantId; entityType: ChainRoot; entityId: string }>,
) => ResultAsync<CheckedChain, ChainNotFound | StorageUnavailable>;

export const checkChain =
  (ports: AggregateReads): CheckChain =>
  ({ merchantId, entityType, entityId }) =>
    entityType === 'payment'
      ? ofPayment(ports, merchantId, entityId)
      : ofAggregate(ports, merchantId, entityType, entityId);

const notFound = <Found>() => errAsync<Found, ChainNotFound>({ kind: 'ChainNotFound' });

function ofPayment(ports: AggregateReads, merchantId: MerchantId, text: string): ReturnType<CheckChain> {
  const id = parseId('pay', text);
  if (id === undefined) return notFound();
  return ports.payments
    .find(merchantId, id)
    .mapErr((failure): ChainNotFound | StorageUnavailable =>
      failure.kind === 'PaymentNotFound' ? { kind: 'ChainNotFound' } : failure,
    )
    .andThen((payment) =>
      checked(payment, verifyPayment(ports, merchantId, payment), ({ links }) =>
        links.filter(({ entityId }) => entityId === id),
      ),
    );
}

const ofAggregate = (
  ports: AggregateReads,
  merchantId: MerchantId,
  kind: AggregateKind,
  id: string,
): ReturnType<CheckChain> =>
  ports.aggregates
    .find(merchantId, kind, id)
    .andThen((found) =>
      found === undefined
        ? notFound<CheckedChain>()
        : checked(found, verifyAggregate(ports, merchantId, found), ({ links }) => links),
    );

/** Of a chain with a fault, what its entity says of it. */
const checked = <Seen>(
  { version, auditHash }: Readonly<{ version: number; auditHash: string }>,
  verified: ResultAsync<Seen, IntegrityFinding | StorageUnavailable>,
  linksOf: (seen: Seen) => readonly AuditEntry[],
): ResultAsync<CheckedChain, StorageUnavailable> =>
  verified
    .map((seen): CheckedChain => {
      const links = linksOf(seen);
      return { links: links.length, head: links.at(-1)?.hash ?? auditHash };
    })
    .orElse((failure) =>
      failure.kind === 'BadRow'
        ? okAsync({ links: version, head: auditHash, fault: failure })
        : errAsync(failure),
    );
