import type { ApprovalMessage } from '../../../domain/approvals/approval-message.ts';
import type { Instant } from '../../../domain/kernel/instant.ts';
import { jsonText, parseJson } from '../../../domain/kernel/json.ts';
import {
  type ApprovalQueue,
  HIDDEN_MS,
  MESSAGES_KEPT_MS,
  MOST_MESSAGES_COUNTED,
  MOST_RECEIVES,
  type QueuedApproval,
  type ReceivedApproval,
} from '../../../ports/approvals/approval-queue.ts';
import { heldBy, receiptOf } from '../../shared/receipt.ts';
import { ABSENT, deleteItem, putItem, updateItem } from '../conditional-writes.ts';
import { overdue } from '../due.ts';
import { attempt } from '../faults.ts';
import type { Item } from '../items.ts';
import { queryItems, within } from '../reads.ts';
import { type ItemKey, type Table, TTL_ATTRIBUTE } from '../table.ts';
import { messageKey, QUEUE_DUE_SHARD, QUEUE_PARTITION } from './keys.ts';

/** How many items are written at once, out of the way of the commits. */
const AT_ONCE = 16;

/**
 * Stands in for a queue where there is none, in one partition. The due index has what waits and what is hidden, by when it
 * is visible; a dead letter leaves the index when consumers come upon it.
 */
export const dynamodbApprovalQueue = (table: Table): ApprovalQueue => ({
  send: (messages, now) =>
    attempt(() => inBatches(messages, (queued) => putItem(table, { Item: itemOf(queued, now), ...ABSENT })))
      .map(() => [])
      .mapErr(({ cause }) => ({ kind: 'SinkUnavailable', cause })),

  receive: (limit, now) => attempt(() => receive(table, limit, now)),

  remove: (receipts) =>
    attempt(() =>
      inBatches(heldBy(receipts), ({ eventId, receives }) =>
        deleteItem(table, {
          Key: messageKey(eventId),
          ConditionExpression: 'receives = :receives',
          ExpressionAttributeValues: { ':receives': receives },
        }),
      ),
    ).map(() => undefined),

  depth: (now) =>
    attempt(() => queryItems(table, FIGURES, MOST_MESSAGES_COUNTED)).map((items) => {
      const hidden = items.filter((item) => Number(item['due_at']) > now).length;
      const dead = items.filter((item) => isDead(item, now)).length;
      return { waiting: items.length - hidden - dead, hidden, dead };
    }),

  deadLetters: (limit, now) =>
    attempt(() => dead(table, now)).map((items) => items.slice(0, limit).map(messageOf)),

  redrive: (now) =>
    attempt(async () => {
      const redriven = await inBatches(await dead(table, now), (item) =>
        updateItem(table, {
          Key: keyOf(item),
          UpdateExpression: `SET receives = :none, due_shard = :shard, due_at = :now, ${TTL_ATTRIBUTE} = :end`,
          ConditionExpression: 'due_at = :seen AND receives = :receives',
          ExpressionAttributeValues: {
            ':none': 0,
            ':shard': QUEUE_DUE_SHARD,
            ':now': now,
            ':end': endOf(now),
            ':seen': item['due_at'],
            ':receives': item['receives'],
          },
        }),
      );
      return { moved: redriven.filter((each) => each !== undefined).length };
    }),
});

async function receive(table: Table, limit: number, now: Instant): Promise<readonly ReceivedApproval[]> {
  const received: ReceivedApproval[] = [];
  let found: readonly Item[];
  do {
    found = await overdue(table, [QUEUE_DUE_SHARD], now, limit - received.length);
    const taken = await inBatches(found, (item) => take(table, item, now));
    received.push(...taken.filter((each) => each !== undefined && each !== 'buried'));
    // Dead letters were in the way of what waits behind them.
    if (!taken.includes('buried')) break;
  } while (received.length < limit);
  return received;
}

/** Undefined when another consumer was quicker, which the index may not show yet. */
async function take(
  table: Table,
  item: Item,
  now: Instant,
): Promise<ReceivedApproval | 'buried' | undefined> {
  const Key = keyOf(item);
  const seen = { ':seen': item['due_at'], ':most': MOST_RECEIVES };
  const received = await updateItem(table, {
    Key,
    UpdateExpression: `SET receives = receives + :one, due_at = :until, ${TTL_ATTRIBUTE} = :end`,
    ConditionExpression: 'due_at = :seen AND receives < :most',
    ExpressionAttributeValues: {
      ...seen,
      ':one': 1,
      ':until': now + HIDDEN_MS,
      ':end': endOf(now + HIDDEN_MS),
    },
    ReturnValues: 'ALL_NEW',
  });
  if (received !== undefined) {
    const receives = Number(received['receives']);
    return { receipt: receiptOf({ eventId: Key.sk, receives }), receives, message: messageOf(received) };
  }
  const buried = await updateItem(table, {
    Key,
    UpdateExpression: 'REMOVE due_shard',
    ConditionExpression: 'due_at = :seen AND receives >= :most',
    ExpressionAttributeValues: seen,
  });
  return buried && 'buried';
}

const dead = async (table: Table, now: Instant): Promise<readonly Item[]> =>
  (await queryItems(table, within(QUEUE_PARTITION)))
    .filter((item) => isDead(item, now))
    .toSorted((a, b) => Number(a['due_at']) - Number(b['due_at']));

const isDead = (item: Item, now: Instant): boolean =>
  Number(item['receives']) >= MOST_RECEIVES && Number(item['due_at']) <= now;

const FIGURES = { ...within(QUEUE_PARTITION), ProjectionExpression: 'receives, due_at' };

const itemOf = ({ eventId, message }: QueuedApproval, now: Instant): Item => ({
  ...messageKey(eventId),
  message: jsonText(message),
  receives: 0,
  due_shard: QUEUE_DUE_SHARD,
  due_at: now,
  [TTL_ATTRIBUTE]: endOf(now),
});

const endOf = (visibleAt: Instant): number => Math.ceil((visibleAt + MESSAGES_KEPT_MS) / 1_000);

const keyOf = ({ pk, sk }: Item): ItemKey => ({ pk: String(pk), sk: String(sk) });

const messageOf = (item: Item): ApprovalMessage =>
  parseJson((item as Readonly<{ message: string }>).message) as unknown as ApprovalMessage;

async function inBatches<Given, Done>(
  items: readonly Given[],
  write: (item: Given) => Promise<Done>,
): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    done.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(write))));
  return done;
}
