import type { Instant } from '../../domain/kernel/instant.ts';
import { LEASES_KEPT_MS, type Leases } from '../../ports/leases.ts';
import { deleteItem, updateItem } from './conditional-writes.ts';
import { attempt } from './faults.ts';
import { findAll } from './reads.ts';
import { type ItemKey, LEASE_PARTITION, type Table, TTL_ATTRIBUTE } from './table.ts';

/** Sorts after all that names are made of. */
const AFTER_ASCII = '\u{ffff}';

/** An item for each lease, all in one partition, which a few workers write a few times a second. */
export const dynamodbLeases = (table: Table, partition = LEASE_PARTITION): Leases => ({
  hold: (names, holder, now, until) =>
    attempt(() =>
      Promise.all(
        [...new Set(names)].map(async (name) =>
          (await hold(table, { pk: partition, sk: name }, holder, now, until)) ? [name] : [],
        ),
      ),
    ).map((held) => held.flat()),
  holders: (prefix, now) =>
    findAll(
      table,
      {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :prefix AND :last',
        FilterExpression: 'ends_at > :now',
        ExpressionAttributeValues: {
          ':pk': partition,
          ':prefix': prefix,
          ':last': `${prefix}${AFTER_ASCII}`,
          ':now': now,
        },
      },
      (item) => ({
        name: String(item['sk']),
        holder: String(item['holder']),
        until: Number(item['ends_at']),
      }),
    ),
  release: (names, holder) =>
    attempt(() =>
      Promise.all([...new Set(names)].map((name) => free(table, { pk: partition, sk: name }, holder))),
    ).map(() => undefined),
});

const hold = async (
  table: Table,
  Key: ItemKey,
  holder: string,
  now: Instant,
  until: Instant,
): Promise<boolean> => {
  const held = await updateItem(table, {
    Key,
    UpdateExpression: 'SET holder = :holder, ends_at = :until, #expiry = :expiry',
    ConditionExpression: 'attribute_not_exists(pk) OR ends_at <= :now OR holder = :holder',
    ExpressionAttributeNames: { '#expiry': TTL_ATTRIBUTE },
    ExpressionAttributeValues: {
      ':holder': holder,
      ':now': now,
      ':until': until,
      ':expiry': Math.ceil((until + LEASES_KEPT_MS) / 1_000),
    },
  });
  return held !== undefined;
};

const free = (table: Table, Key: ItemKey, holder: string): Promise<boolean> =>
  deleteItem(table, {
    Key,
    ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder',
    ExpressionAttributeValues: { ':holder': holder },
  });
