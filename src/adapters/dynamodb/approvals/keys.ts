import type { Approval } from '../../../domain/approvals/approval.ts';
import type { FraudStatus } from '../../../domain/approvals/fraud.ts';
import type { IncidentId, VendorId, VendorPaymentId } from '../../../domain/approvals/ids.ts';
import type { ApprovalOperation, RequestKey } from '../../../domain/approvals/request-claim.ts';
import type { VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import type { EventId } from '../../../domain/kernel/ids.ts';
import { shardOf, shards } from '../shards.ts';
import type { ItemKey } from '../table.ts';

/** Every key of approvals begins with this, and no key of a tenant's does: approvals may share the platform's table. */
export const PREFIX = '#V';

/** The letter behind the prefix, which says what a partition is of. */
export const kindOf = (pk: string): string => pk.slice(PREFIX.length).split('#')[1] ?? '';

export const APPROVALS_OUTBOX = `${PREFIX}#E`;
/** Apart from the platform's leases, whose names are the same. */
export const APPROVALS_LEASES = `${PREFIX}#L`;

/**
 * How many partitions share all payments, and each of the lists that many payments at once may be in. Stored keys depend
 * on it: changing it needs a migration that moves the items.
 */
const SHARDS = 8;
/** Payouts under way are in the due index too, apart from whatever the platform has there. */
const FIRST_DUE_SHARD = 1_000_000;
/** Messages of the stand-in for the queue are there too. */
export const QUEUE_DUE_SHARD = 2_000_000;

export const vendorPaymentKey = (id: VendorPaymentId): ItemKey => ({
  pk: `${PREFIX}#P#${shardOf(id, SHARDS)}`,
  sk: id,
});

/** Every partition that holds payments. */
export const vendorPaymentPartitions = (): readonly string[] => sharded('P');

export const payoutDueShardOf = (id: VendorPaymentId): number => FIRST_DUE_SHARD + shardOf(id, SHARDS);
export const payoutDueShards = (): readonly number[] =>
  shards(SHARDS).map((shard) => FIRST_DUE_SHARD + shard);

/** What belongs to a payment and grows with it: its audit links and who approved which revision. */
export const logPartition = (id: VendorPaymentId): string => `${PREFIX}#X#${id}`;
export const LINK_PREFIX = 'L#';

/** Padded, so that links sort by sequence. */
export const linkKey = (id: VendorPaymentId, sequence: number): ItemKey => ({
  pk: logPartition(id),
  sk: `${LINK_PREFIX}${`${sequence}`.padStart(10, '0')}`,
});

/** One for each revision and subject. */
export const approvalKey = (id: VendorPaymentId, { revision, by }: Approval): ItemKey => ({
  pk: logPartition(id),
  sk: `Y#${revision}#${by}`,
});

/** One for each revision and identity of a person. An identity is short enough for a key (`LONGEST_CLAIM`). */
export const approvalIdentityKey = (
  id: VendorPaymentId,
  { revision }: Approval,
  identity: string,
): ItemKey => ({ pk: logPartition(id), sk: `I#${revision}#${identity}` });

/** Refused attempts at a payment: links of a chain of their own, a count for each, and the head. */
export const refusalPartition = (id: VendorPaymentId): string => `${PREFIX}#R#${id}`;

export const refusalLinkKey = (id: VendorPaymentId, sequence: number): ItemKey => ({
  pk: refusalPartition(id),
  sk: `${LINK_PREFIX}${`${sequence}`.padStart(10, '0')}`,
});

export const refusalCountKey = (id: VendorPaymentId, key: string): ItemKey => ({
  pk: refusalPartition(id),
  sk: `A#${key}`,
});

export const refusalHeadKey = (id: VendorPaymentId): ItemKey => ({ pk: refusalPartition(id), sk: 'H' });

/** Events of a payment that were sent. */
export const sentPartition = (id: VendorPaymentId): string => `${PREFIX}#T#${id}`;

export const sentEventKey = (paymentId: VendorPaymentId, id: EventId): ItemKey => ({
  pk: sentPartition(paymentId),
  sk: id,
});

/** What stands in for the queue and the bus, each in one partition. */
export const QUEUE_PARTITION = `${PREFIX}#Q`;
export const BUS_PARTITION = `${PREFIX}#B`;

export const messageKey = (eventId: string): ItemKey => ({ pk: QUEUE_PARTITION, sk: eventId });
export const busEventKey = (id: EventId): ItemKey => ({ pk: BUS_PARTITION, sk: id });

/** Whose an incident and vendor are; a partition to itself. */
export const liveKey = ({
  incidentId,
  vendorId,
}: Pick<VendorPayment, 'incidentId' | 'vendorId'>): ItemKey => ({
  pk: `${PREFIX}#U#${incidentId}#${vendorId}`,
  sk: 'U',
});

/** The claim of an idempotency key; a partition to itself. */
export const requestClaimKey = (key: RequestKey): ItemKey => ({
  pk: `${CLAIM_PARTITIONS}${keyTextOf(key)}`,
  sk: 'C',
});

/** Beside a claim that no link speaks for, in a partition to itself too. */
export const claimTraceKey = (key: RequestKey): ItemKey => ({
  pk: `${TRACE_PARTITIONS}${keyTextOf(key)}`,
  sk: 'C',
});

export const CLAIM_PARTITIONS = `${PREFIX}#C#`;
export const TRACE_PARTITIONS = `${PREFIX}#CT#`;

const keyTextOf = ({ caller, operation, key }: RequestKey): string =>
  `${operation}#${key.length}#${key}#${caller}`;

/** Reads the key of a claim or of a trace back from its partition; a key and a caller may hold a '#'. */
export function requestKeyOf(
  partitions: typeof CLAIM_PARTITIONS | typeof TRACE_PARTITIONS,
  pk: string,
): RequestKey {
  const [operation = '', length = ''] = pk.slice(partitions.length).split('#');
  const rest = pk.slice(partitions.length + operation.length + length.length + 2);
  return {
    operation: operation as ApprovalOperation,
    key: rest.slice(0, Number(length)),
    caller: rest.slice(Number(length) + 1),
  };
}

/** An event that was taken; a partition to itself. */
export const takenEventKey = (eventKey: string): ItemKey => ({ pk: `${PREFIX}#K#${eventKey}`, sk: 'K' });

/** A list that a payment is in, by its id. `open` are those that neither completed nor were cancelled. */
export type ListName = 'open' | 'cancelled' | Exclude<FraudStatus, 'low_risk'>;

export const listKey = (list: ListName, id: VendorPaymentId): ItemKey => ({
  pk: `${PREFIX}#S#${list}#${shardOf(id, SHARDS)}`,
  sk: id,
});

export const listPartitions = (list: ListName): readonly string[] => sharded(`S#${list}`);

/** All payments of a vendor. */
export const vendorPartition = (vendorId: VendorId): string => `${PREFIX}#V#${vendorId}`;
/** All payments of an incident. */
export const incidentPartition = (incidentId: IncidentId): string => `${PREFIX}#I#${incidentId}`;

const sharded = (group: string): readonly string[] =>
  shards(SHARDS).map((shard) => `${PREFIX}#${group}#${shard}`);
