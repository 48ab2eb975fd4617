import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { AuditEntry, AuditedEntity } from '../../domain/kernel/audit-entry.ts';
import type { ClaimKey, Operation } from '../../domain/kernel/claim.ts';
import type {
  DeliveryId,
  EventId,
  LedgerEntryId,
  MerchantId,
  PaymentId,
  TransactionId,
  WebhookEndpointId,
} from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { deliveryShardOf } from '../../ports/deliveries.ts';
import { OUTBOX_SHARDS, type Outgoing, outboxShardOf } from '../../ports/outbox.ts';
import type { QuotaHolder, QuotaWindow } from '../../ports/quotas.ts';
import type { StoreGate } from '../shared/store-gate.ts';
import { type DataPlane, dataPlane } from './data-plane.ts';
import { shardOf, shards } from './shards.ts';
import { type TableSettings, tableGate } from './table-gate.ts';

/** What an item is found by. Every key that belongs to a tenant begins with the tenant's id, which holds no '#'. */
export type ItemKey = Readonly<{ pk: string; sk: string }>;

/** One table, how its items are reached and the gate of those calls, and the client for the table itself. `underWay`: calls that have not ended. */
export type Table = Readonly<{
  client: DynamoDBDocumentClient;
  call: DataPlane;
  name: string;
  underWay: Set<Promise<unknown>>;
  gate: StoreGate;
}>;

export const tableOf = ({ client, table: name, patience }: TableSettings): Table => {
  const call = dataPlane(client, name);
  return { client, call, name, underWay: new Set(), gate: tableGate(call, name, SCHEMA_KEY, patience) };
};

/**
 * How many partitions share one merchant's payments, ledger entries and audit links, and all open claims. Stored keys depend on these: changing one needs a migration that moves the items.
 */
const PAYMENT_SHARDS = 8;
const LEDGER_SHARDS = 4;
/** Links of payments and transactions; of everything else, which there is less of and which is found without those. */
const TRAIL_SHARDS = { payments: 8, aggregates: 2 } as const;
const DUE_SHARDS = 8;
const DELIVERY_PARTITIONS = 8;
const EVENT_LOG_SHARDS = 8;
/** Deliveries, kept responses and authorized payments are in the due index too, behind all shards that others may ever have. */
const FIRST_DELIVERY_DUE_SHARD = 1_000;
const FIRST_RESPONSE_DUE_SHARD = 2_000;
const FIRST_LAPSING_DUE_SHARD = 3_000;

/** A merchant's audit links by id, and its payments that need people; keys only. */
export const TRAIL_INDEX = 'trail';
/** Open claims, deliveries, kept responses, what lapses and what needs people, by when; an item without `due_shard` is not in it. */
export const DUE_INDEX = 'due';
export const SCHEMA_KEY: ItemKey = { pk: '#S', sk: 'schema' };
/** Seconds since 1970, after which DynamoDB may delete the item. */
export const TTL_ATTRIBUTE = 'expires_at_s';

export const paymentKey = (merchantId: MerchantId, id: PaymentId): ItemKey => ({
  pk: paymentPartition(merchantId, shardOf(id, PAYMENT_SHARDS)),
  sk: id,
});

/** Where authorized payments stand in the due index, by when they lapse. */
export const lapsingDueShardOf = (id: PaymentId): number => FIRST_LAPSING_DUE_SHARD + shardOf(id, DUE_SHARDS);
export const lapsingDueShards = (): readonly number[] =>
  dueShards().map((shard) => FIRST_LAPSING_DUE_SHARD + shard);

/** Every partition that holds payments of the merchant. */
export const paymentPartitions = (merchantId: MerchantId): readonly string[] =>
  shards(PAYMENT_SHARDS).map((shard) => paymentPartition(merchantId, shard));

const paymentPartition = (merchantId: MerchantId, shard: number): string => `${merchantId}#P#${shard}`;

/** What belongs to a payment and grows with it: its transactions and its audit links. */
export const historyPartition = (merchantId: MerchantId, id: PaymentId): string => `${merchantId}#X#${id}`;
/** The audit links of an aggregate. */
export const aggregateHistory = (merchantId: MerchantId, kind: AggregateKind, id: string): string =>
  `${merchantId}#X#${kind}:${id}`;
/** Whose a partition is, as keys that belong to a tenant begin with its id; undefined of one that is of none. */
export function tenantOf(partition: string): MerchantId | undefined {
  const end = partition.indexOf('#');
  return end <= 0 ? undefined : (partition.slice(0, end) as MerchantId);
}
/** Reads both back: what stands behind the tenant is the payment's id, or the aggregate's behind its kind. */
export function historyOfKey(pk: string): Readonly<{ merchantId: MerchantId; place: string }> {
  const [merchantId = '', , ...place] = pk.split('#');
  return { merchantId: merchantId as MerchantId, place: place.join('#') };
}
export const TRANSACTION_PREFIX = 'T#';
export const AUDIT_PREFIX = 'A#';

export const transactionKey = (merchantId: MerchantId, paymentId: PaymentId, id: TransactionId): ItemKey => ({
  pk: historyPartition(merchantId, paymentId),
  sk: `${TRANSACTION_PREFIX}${id}`,
});

/** Padded, so that links sort by sequence. */
export const auditKey = (
  partition: string,
  link: Readonly<{ entityId: string; sequence: number }>,
): ItemKey => ({
  pk: partition,
  sk: `${AUDIT_PREFIX}${link.entityId}#${`${link.sequence}`.padStart(10, '0')}`,
});

/** Reads the sort key of `auditKey` back. */
export function linkOfKey(sk: string): Readonly<{ entityId: string; sequence: number }> {
  const end = sk.lastIndexOf('#');
  return { entityId: sk.slice(AUDIT_PREFIX.length, end), sequence: Number(sk.slice(end + 1)) };
}

type TrailGroup = keyof typeof TRAIL_SHARDS;

const trailGroupOf = (type: AuditedEntity): TrailGroup =>
  type === 'payment' || type === 'transaction' ? 'payments' : 'aggregates';

/** Where a link stands in the trail index. */
export const trailKey = ({
  merchantId,
  entityType,
  id,
}: Pick<AuditEntry, 'merchantId' | 'entityType' | 'id'>) => {
  const group = trailGroupOf(entityType);
  return { trail: trailPartition(merchantId, group, shardOf(id, TRAIL_SHARDS[group])), trail_id: id };
};

/** Every partition of the trail index that can hold such links of the merchant. */
export const trailPartitions = (merchantId: MerchantId, type?: AuditedEntity): readonly string[] =>
  (type === undefined ? (['payments', 'aggregates'] as const) : [trailGroupOf(type)]).flatMap((group) =>
    shards(TRAIL_SHARDS[group]).map((shard) => trailPartition(merchantId, group, shard)),
  );

const trailPartition = (merchantId: MerchantId, group: TrailGroup, shard: number): string =>
  `${merchantId}#${group}#${shard}`;

/** A partition to itself, so that no number of claims makes one hot. */
export const claimKey = ({ merchantId, operation, key }: ClaimKey): ItemKey => ({
  pk: `${merchantId}#C#${operation}#${key}`,
  sk: 'C',
});

/** Beside the claim, in a partition to itself too. */
export const claimTraceKey = ({ merchantId, operation, key }: ClaimKey): ItemKey => ({
  pk: `${merchantId}#CT#${operation}#${key}`,
  sk: 'C',
});

/** Reads `claimKey` and `claimTraceKey` back. Only the key itself may hold a '#'. */
export function claimKeyOf(pk: string): ClaimKey {
  const [merchantId = '', , operation = '', ...key] = pk.split('#');
  return { merchantId: merchantId as MerchantId, operation: operation as Operation, key: key.join('#') };
}

export const dueShardOf = (key: ClaimKey): number => shardOf(claimKey(key).pk, DUE_SHARDS);
export const dueShards = (): readonly number[] => shards(DUE_SHARDS);

/** Where the responses of claims that have ended stand in the due index, by when they expire. */
export const responseDueShardOf = (key: ClaimKey): number => FIRST_RESPONSE_DUE_SHARD + dueShardOf(key);
export const responseDueShards = (): readonly number[] =>
  dueShards().map((shard) => FIRST_RESPONSE_DUE_SHARD + shard);

export const deliveryKey = (merchantId: MerchantId, id: DeliveryId): ItemKey => ({
  pk: deliveryPartition(merchantId, shardOf(id, DELIVERY_PARTITIONS)),
  sk: id,
});

/** Every partition that holds deliveries of the merchant. */
export const deliveryPartitions = (merchantId: MerchantId): readonly string[] =>
  shards(DELIVERY_PARTITIONS).map((shard) => deliveryPartition(merchantId, shard));

const deliveryPartition = (merchantId: MerchantId, shard: number): string => `${merchantId}#W#${shard}`;

/** Where a shard's pending deliveries stand in the due index. */
export const deliveryDueShard = (shard: number): number => FIRST_DELIVERY_DUE_SHARD + shard;
export const deliveryDueShardOf = (endpointId: WebhookEndpointId): number =>
  deliveryDueShard(deliveryShardOf(endpointId));

/** A partition for each window, so that a count lives and expires by itself. */
export const quotaKey = (holder: QuotaHolder, { kind, start }: QuotaWindow): ItemKey => ({
  pk: `${holder}#Q#${kind}#${start}`,
  sk: 'Q',
});

/** Minutes as 15 digits, so that they sort by time. Those that named no merchant that exists belong to no tenant. */
export const failedAuthenticationKey = (merchantId: MerchantId | undefined, minute: Instant): ItemKey => ({
  pk: `${merchantId ?? ''}#F`,
  sk: `${Math.max(0, minute)}`.padStart(15, '0'),
});

/**
 * An aggregate as one of its owners finds it. A merchant owns itself, so each is in a partition to itself, which is read
 * for every payment.
 */
export const aggregateKey = (owner: MerchantId, kind: AggregateKind, id: string): ItemKey => ({
  pk: aggregatePartition(owner, kind),
  sk: id,
});

export const aggregatePartition = (owner: MerchantId, kind: AggregateKind): string => `${owner}#A#${kind}`;

/** Where aggregates that are closed stand, out of the way of those that are open. */
export const closedAggregateKey = (owner: MerchantId, kind: AggregateKind, id: string): ItemKey => ({
  pk: closedAggregatePartition(owner, kind),
  sk: id,
});

export const closedAggregatePartition = (owner: MerchantId, kind: AggregateKind): string =>
  `${owner}#AC#${kind}`;

/** Whose a unique key is; a partition to itself. */
export const uniqueKey = (merchantId: MerchantId, kind: AggregateKind, key: string): ItemKey => ({
  pk: `${merchantId}#K#${kind}#${key}`,
  sk: 'K',
});

/** An event among all of its merchant, and beside them among those of the entity that it is about. */
export const loggedEventKey = (merchantId: MerchantId, id: EventId): ItemKey => ({
  pk: eventLogPartition(merchantId, shardOf(id, EVENT_LOG_SHARDS)),
  sk: id,
});
export const entityEventKey = (merchantId: MerchantId, entityId: string, id: EventId): ItemKey => ({
  pk: entityEventPartition(merchantId, entityId),
  sk: id,
});

/** Every partition that holds events of the merchant. */
export const eventLogPartitions = (merchantId: MerchantId): readonly string[] =>
  shards(EVENT_LOG_SHARDS).map((shard) => eventLogPartition(merchantId, shard));

const eventLogPartition = (merchantId: MerchantId, shard: number): string => `${merchantId}#E#${shard}`;
export const entityEventPartition = (merchantId: MerchantId, entityId: string): string =>
  `${merchantId}#EE#${entityId}`;

/** The ids of all tenants, each written once. */
export const TENANTS_PARTITION = '#M';
export const tenantKey = (id: MerchantId): ItemKey => ({ pk: TENANTS_PARTITION, sk: id });

export const ledgerKey = (merchantId: MerchantId, id: LedgerEntryId): ItemKey => ({
  pk: ledgerPartition(merchantId, shardOf(id, LEDGER_SHARDS)),
  sk: id,
});

export const ledgerPartitions = (merchantId: MerchantId): readonly string[] =>
  shards(LEDGER_SHARDS).map((shard) => ledgerPartition(merchantId, shard));

const ledgerPartition = (merchantId: MerchantId, shard: number): string => `${merchantId}#L#${shard}`;

/** How the partitions of the platform's events begin; another service's begin otherwise. */
export const OUTBOX = '#E';

export const eventKey = (event: Pick<Outgoing, 'id' | 'paymentId'>, outbox = OUTBOX): ItemKey => ({
  pk: outboxPartition(outboxShardOf(event), outbox),
  sk: event.id,
});

export const outboxPartitions = (outbox = OUTBOX): readonly string[] =>
  shards(OUTBOX_SHARDS).map((shard) => outboxPartition(shard, outbox));

export const outboxPartition = (shard: number, outbox = OUTBOX): string => `${outbox}#${shard}`;

/** Events that no relay tries to send any more. */
export const parkedPartition = (outbox = OUTBOX): string => `${outbox}#parked`;
export const parkedEventKey = (id: string, outbox = OUTBOX): ItemKey => ({
  pk: parkedPartition(outbox),
  sk: id,
});

/** Who works on what. */
export const LEASE_PARTITION = '#L';
