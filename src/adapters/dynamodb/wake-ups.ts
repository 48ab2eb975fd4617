import { SHARED_SIGNAL_MS, WAKE_UP_TOPICS, type WakeUps, type WakeUpTopic } from '../../ports/wake-ups.ts';
import { localWakeUps } from '../shared/local-wake-ups.ts';
import { type ItemKey, LEASE_PARTITION, type Table } from './table.ts';

export type DynamoDbWakeUps = WakeUps & Readonly<{ close(): Promise<void> }>;

/** A read is half a unit, and each service of each process reads: those of a server and a worker half a unit a second together. */
const LISTENS_EVERY_MS = 4_000;
const RINGS_AGAIN_MS = 2_000;
const PATIENCE_MS = 2_000;

/**
 * Signals reach this process at once, and every other one that has a subscriber within four seconds, by one item of the table, the bell: it
 * has a value for each topic, and another after each ring, which those that listen compare with what they read before. So no ring is
 * missed, however many come between two reads; one that could not be written is written again. A process rings for a topic once
 * in `SHARED_SIGNAL_MS` at the most, and listens from its first subscription on. No call waits for either.
 */
export function dynamodbWakeUps(
  { call, name: TableName }: Pick<Table, 'call' | 'name'>,
  partition = LEASE_PARTITION,
): DynamoDbWakeUps {
  const local = localWakeUps<WakeUpTopic>();
  const Key: ItemKey = { pk: partition, sk: 'bell' };
  const rungAt = new Map<WakeUpTopic, number>();
  const toRing = new Set<WakeUpTopic>();
  /** What this process heard last, or rang itself. */
  let heard: Readonly<Record<string, unknown>> | undefined;
  let ringing: Promise<void> | undefined;
  let listening: Promise<void> | undefined;
  let nextListen: NodeJS.Timeout | undefined;
  let nextRing: NodeJS.Timeout | undefined;
  let isClosed = false;

  return {
    signal(topic) {
      if (isClosed) return;
      local.signal(topic);
      const at = rungAt.get(topic);
      if (at !== undefined && performance.now() - at < SHARED_SIGNAL_MS) return;
      rungAt.set(topic, performance.now());
      toRing.add(topic);
      ringSoon();
    },
    subscribe(topic, wake) {
      if (!isClosed) listening ??= listen();
      return local.subscribe(topic, wake);
    },
    async close() {
      isClosed = true;
      clearTimeout(nextListen);
      clearTimeout(nextRing);
      await Promise.all([ringing, listening]);
    },
  };

  /** What is signalled in one turn shares a write. */
  function ringSoon(): void {
    clearTimeout(nextRing);
    ringing ??= Promise.resolve().then(ringAll);
  }

  async function ringAll(): Promise<void> {
    while (toRing.size > 0) {
      const topics = [...toRing];
      toRing.clear();
      if (await isRung(topics)) continue;
      // Subscribers elsewhere that look by themselves meanwhile find the work.
      for (const topic of topics) toRing.add(topic);
      if (!isClosed) nextRing = setTimeout(ringSoon, RINGS_AGAIN_MS).unref();
      break;
    }
    ringing = undefined;
  }

  async function isRung(topics: readonly WakeUpTopic[]): Promise<boolean> {
    const value = crypto.randomUUID();
    try {
      await call(
        'UpdateItem',
        {
          TableName,
          Key,
          UpdateExpression: `SET ${topics.map((_, n) => `#t${n} = :value`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(topics.map((topic, n) => [`#t${n}`, topic])),
          ExpressionAttributeValues: { ':value': value },
        },
        AbortSignal.timeout(PATIENCE_MS),
      );
    } catch {
      return false;
    }
    if (heard !== undefined)
      heard = { ...heard, ...Object.fromEntries(topics.map((topic) => [topic, value])) };
    return true;
  }

  async function listen(): Promise<void> {
    try {
      const { Item = {} } = await call('GetItem', { TableName, Key }, AbortSignal.timeout(PATIENCE_MS));
      const before = heard;
      heard = Item;
      // What was rung before the first read is found by subscribers as they begin.
      if (before !== undefined)
        for (const topic of WAKE_UP_TOPICS) if (Item[topic] !== before[topic]) local.signal(topic);
    } catch {
      // The next read says it.
    }
    if (isClosed) return;
    nextListen = setTimeout(() => {
      listening = listen();
    }, LISTENS_EVERY_MS).unref();
  }
}
