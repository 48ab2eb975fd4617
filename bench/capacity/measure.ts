import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { balancePartKey } from '../../src/adapters/dynamodb/sum-keys.ts';
import { relayEvents } from '../../src/application/outbox/relay-events.ts';
import { eventSinks } from '../../src/composition/event-sinks.ts';
import { type PaymentId, parseId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { CaptureMethod } from '../../src/domain/payments/payment.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import { metered } from '../files/metered.ts';
import { orThrow } from '../rows.ts';
import { MERCHANTS, origin, type System, systemOver } from '../system.ts';
import { keptBytes } from './items.ts';

/**
 * What one request takes of DynamoDB: units as `ConsumedCapacity` says them, `writes` without those of indexes, and the bytes
 * that it adds for good.
 */
export type Taken = Readonly<{ writes: number; index_writes: number; reads: number; bytes: number }>;

const TABLE = 'paywright';
const SHARDS = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
/** Later than answers to idempotency keys are kept. */
const DAYS_LATER_MS = 3 * 86_400_000;
const MOST_PRUNED = 100;
const [merchantId] = MERCHANTS as [(typeof MERCHANTS)[0]];

/**
 * Requests of a small shop, one after another on an engine of DynamoDB: its events are relayed and what retention drops is
 * dropped, and both are counted as part of the request. A round of relays reads all shards whether or not there are events, so
 * their reads are not.
 */
export async function measureCapacity(engine: string): Promise<Readonly<Record<string, Taken>>> {
  const meter = await metered(engine);
  const client = dynamodbClient({ region: 'us-east-1', endpoint: meter.url });
  const beside = dynamodbClient({ region: 'us-east-1', endpoint: engine });
  orThrow(await migrateDynamoDb(client, TABLE));
  const system = await systemOver(dynamodbStorage({ client, table: TABLE }));
  const { storage, ports } = system;
  const relay = relayEvents({ outbox: storage.outbox, sinks: eventSinks(ports), clock: ports.clock });

  const afterwards = async () => {
    orThrow(await relay(SHARDS));
    const later = ports.clock.now() + DAYS_LATER_MS;
    for (const kind of storage.retention.kinds)
      orThrow(await storage.retention.prune(kind, later, MOST_PRUNED));
  };
  const taken = async (work: () => Promise<unknown>): Promise<Taken> => {
    const bytes = await keptBytes(beside, TABLE);
    const before = { ...meter.units };
    await work();
    const { read } = meter.units;
    await afterwards();
    const { write, index } = meter.units;
    return {
      writes: write - index - (before.write - before.index),
      index_writes: index - before.index,
      reads: read - before.read,
      bytes: (await keptBytes(beside, TABLE)) - bytes,
    };
  };

  const parts = new Set<string>();
  const isFirstOfPart = (id: PaymentId): boolean => {
    const { pk } = balancePartKey(merchantId, 'EUR', id);
    const isFirst = !parts.has(pk);
    parts.add(pk);
    return isFirst;
  };
  /** Of a payment that adds items to the merchant's sums, as nearly each of a small shop does; few meet one before in its part of them. */
  const paying = async (captureMethod: CaptureMethod): Promise<Readonly<{ id: PaymentId; units: Taken }>> => {
    for (;;) {
      const made: PaymentId[] = [];
      const units = await taken(async () => made.push(await pay(system, captureMethod)));
      const [id] = made;
      if (id !== undefined && isFirstOfPart(id)) return { id, units };
    }
  };

  try {
    // The first payment of a merchant makes balances, tallies and chains that later ones change.
    const first = await pay(system, 'automatic');
    await modify(system, first, { type: 'refund' });
    await afterwards();
    isFirstOfPart(first);
    const paid = await paying('automatic');
    const read = await taken(async () => system.getPayment(merchantId, paid.id));
    const refund = await taken(() => modify(system, paid.id, { type: 'refund' }));
    const authorized = await paying('manual');
    const capture = await taken(() => modify(system, authorized.id, { type: 'capture', final: true }));
    const held = await paying('manual');
    const voided = await taken(() => modify(system, held.id, { type: 'void' }));
    return {
      payment: paid.units,
      read,
      refund,
      authorization: authorized.units,
      capture,
      void: voided,
    };
  } finally {
    await storage.close();
    await meter.stop();
  }
}

let keys = 10_000;

/** All of one length, as sizes are counted. */
const nextKey = (): string => `order-${++keys}`;

async function pay({ processPayment }: System, captureMethod: CaptureMethod): Promise<PaymentId> {
  const idempotencyKey = nextKey();
  const responded = orThrow(
    await processPayment({
      merchantId,
      idempotencyKey,
      amount: money(2_500n, 'EUR'),
      paymentMethod: 'card',
      captureMethod,
      description: 'Order from the webshop',
      metadata: { order: idempotencyKey },
      origin,
    }),
  );
  const id = parseId(
    'pay',
    /"id":"(pay_\w+)"/.exec(JSON.stringify(responded).replaceAll('\\', ''))?.[1] ?? '',
  );
  if (id === undefined) throw new Error('the answer names no payment');
  return id;
}

async function modify(
  { modifyPayment }: System,
  paymentId: PaymentId,
  modification: ModificationRequest,
): Promise<void> {
  orThrow(await modifyPayment({ merchantId, paymentId, idempotencyKey: nextKey(), modification, origin }));
}
