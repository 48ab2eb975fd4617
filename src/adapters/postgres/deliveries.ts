import type pg from 'pg';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Delivery, PendingDelivery } from '../../domain/webhooks/delivery.ts';
import type { Guarded } from '../../ports/commits.ts';
import {
  DELIVERY_SHARDS,
  type Deliveries,
  type DueDeliveries,
  MOST_DUE_COUNTED,
} from '../../ports/deliveries.ts';
import { coalesce } from '../shared/coalesce.ts';
import { deliveryFromRow, fixedColumns, movingColumns } from './delivery-rows.ts';
import { attempt, retried } from './faults.ts';
import { gateOf } from './pool.ts';
import { findAll, findOne } from './reads.ts';
import { uuidOf } from './rows.ts';

const ADD = `
  INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, payment_id, body, created_at,
    url, status, tries, attempts, due_at, expires_at, updated_at, version, seal)
  SELECT merchant_id, id, endpoint_id, event_id, event_type, payment_id, body, created_at, url, status, tries, attempts,
    due_at, expires_at, updated_at, version, decode(seal, 'hex')
  FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[],
    $8::timestamptz[], $9::text[], $10::text[], $11::smallint[], $12::json[], $13::timestamptz[],
    $14::timestamptz[], $15::timestamptz[], $16::integer[], $17::text[])
    AS d(merchant_id, id, endpoint_id, event_id, event_type, payment_id, body, created_at, url, status, tries, attempts,
      due_at, expires_at, updated_at, version, seal)
  ON CONFLICT DO NOTHING`;

const SAVE = `
  UPDATE webhook_delivery AS d SET url = s.url, status = s.status, tries = s.tries, attempts = s.attempts,
    due_at = s.due_at, expires_at = s.expires_at, updated_at = s.updated_at, version = s.version,
    seal = decode(s.seal, 'hex')
  FROM unnest($1::text[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::smallint[], $7::json[],
    $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::integer[], $12::text[])
    WITH ORDINALITY AS s(merchant_id, id, expected, url, status, tries, attempts, due_at, expires_at, updated_at,
      version, seal, n)
  WHERE d.merchant_id = s.merchant_id AND d.id = s.id AND d.version = s.expected
  RETURNING s.n`;

const DUE = `
  SELECT due.* FROM unnest($1::smallint[]) AS wanted(shard)
  CROSS JOIN LATERAL (
    SELECT * FROM webhook_delivery AS d
    WHERE d.shard = wanted.shard AND d.status = 'pending' AND d.due_at <= $2
    ORDER BY d.due_at, d.event_id LIMIT $3
  ) AS due
  ORDER BY due.due_at, due.event_id`;

const BACKLOG = `
  SELECT least(count(*), ${MOST_DUE_COUNTED}) AS due, min(due.due_at) AS oldest
  FROM generate_series(0, ${DELIVERY_SHARDS - 1}) AS every(shard)
  CROSS JOIN LATERAL (
    SELECT d.due_at FROM webhook_delivery AS d
    WHERE d.shard = every.shard AND d.status = 'pending' AND d.due_at <= $1
    ORDER BY d.due_at LIMIT ${MOST_DUE_COUNTED}
  ) AS due`;

const LIST = `
  SELECT * FROM webhook_delivery
  WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id < $2) AND ($3::uuid IS NULL OR endpoint_id = $3)
    AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR event_type = $5)
    AND ($7::uuid IS NULL OR id >= $7)
  ORDER BY id DESC LIMIT $6`;

type BacklogRow = Readonly<{ due: bigint; oldest: Instant | null }>;

/** What one statement writes. */
const MOST_ROWS = 500;

/**
 * The statements are not named: a plan that was made while the table was nearly empty must not be kept for when it is
 * full, and beside a batch of rows making one costs little.
 */
export function postgresDeliveries(pool: pg.Pool): Deliveries {
  const saveOne = coalesce<Guarded<Delivery>, boolean>({
    run: (changes) => retried(() => save(pool, changes)),
    most: MOST_ROWS,
    gate: gateOf(pool),
    lanes: 2,
    keysOf: ({ next }) => [next.id],
  });
  return {
    addAll: (deliveries) =>
      attempt(async () => {
        // Two that add the same must lock them in the same order.
        const sorted = deliveries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        for (let from = 0; from < sorted.length; from += MOST_ROWS)
          await retried(() => add(pool, sorted.slice(from, from + MOST_ROWS)));
      }),
    due: (shards, now, limit) =>
      findAll(pool, { text: DUE, values: [shards, new Date(now), limit] }, deliveryFromRow).map((found) =>
        found.filter(isPending),
      ),
    backlog: (now) =>
      findOne(
        pool,
        { text: BACKLOG, values: [new Date(now)] },
        ({ due, oldest }: BacklogRow): DueDeliveries => ({
          due: Number(due),
          ...present({ oldestDueAt: oldest ?? undefined }),
        }),
      ).map((backlog) => backlog ?? { due: 0 }),
    save: (changes) => attempt(() => Promise.all(changes.map(saveOne))),
    find: (merchantId, id) =>
      findOne(
        pool,
        {
          name: 'find_delivery',
          text: 'SELECT * FROM webhook_delivery WHERE merchant_id = $1 AND id = $2',
          values: [merchantId, uuidOf(id)],
        },
        deliveryFromRow,
      ),
    list: (merchantId, { endpointId, status, eventType }, { limit, before, since }) =>
      findAll(
        pool,
        {
          text: LIST,
          values: [
            merchantId,
            before && uuidOf(before),
            endpointId && uuidOf(endpointId),
            status,
            eventType,
            limit,
            since && uuidOf(since),
          ],
        },
        deliveryFromRow,
      ),
  };
}

const add = (pool: pg.Pool, deliveries: readonly PendingDelivery[]) =>
  pool.query({ text: ADD, values: [...fixedColumns(deliveries), ...movingColumns(deliveries)] });

async function save(pool: pg.Pool, changes: readonly Guarded<Delivery>[]): Promise<readonly boolean[]> {
  const sorted = changes.toSorted((a, b) => (a.next.id < b.next.id ? -1 : 1));
  const next = sorted.map((change) => change.next);
  const { rows } = await pool.query<Readonly<{ n: bigint }>>({
    text: SAVE,
    values: [
      next.map(({ merchantId }) => merchantId),
      next.map(({ id }) => uuidOf(id)),
      sorted.map(({ expected }) => expected),
      ...movingColumns(next),
    ],
  });
  const saved = new Set(rows.map(({ n }) => sorted[Number(n) - 1]));
  return changes.map((change) => saved.has(change));
}

const isPending = (delivery: Delivery): delivery is PendingDelivery => delivery.status === 'pending';
