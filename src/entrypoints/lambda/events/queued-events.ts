import type { Invocation } from '../function/invocation.ts';
import { RESERVE_MS } from '../worker/run-rounds.ts';

/** A message of SQS, and the events that it holds. */
type Message = Readonly<{ messageId: string; body: string }>;

/** What an invocation hands over: one event by itself, or messages of a queue that fail one by one. */
type HandedOver =
  | Readonly<{ kind: 'event'; event: unknown }>
  | Readonly<{ kind: 'messages'; messages: readonly Message[] }>;

/** Messages that were not dealt with: the queue gives them out again, and at last to its dead-letter queue. */
export type BatchResult = Readonly<{ batchItemFailures: readonly Readonly<{ itemIdentifier: string }>[] }>;

function handedOver(event: unknown): HandedOver {
  const { Records: records } = (event ?? {}) as Readonly<{ Records?: unknown }>;
  if (!Array.isArray(records) || !records.every(isMessage)) return { kind: 'event', event };
  return { kind: 'messages', messages: records };
}

const isMessage = (record: unknown): record is Message => {
  const { eventSource, messageId, body } = (record ?? {}) as Readonly<Record<string, unknown>>;
  return eventSource === 'aws:sqs' && typeof messageId === 'string' && typeof body === 'string';
};

export type EventTerms = Readonly<{
  invocation: Pick<Invocation, 'remainingMs'>;
  onFailure: (fault: unknown, messageId: string) => void;
}>;

/**
 * Deals with what was handed over, as the text that it came as: parsing would take `10.00` for 10, and the second of two fields of one
 * name. An event by itself was parsed on its way. Of messages each is dealt with for itself, and those that throw are named as failed,
 * whatever becomes of the others; so are one that takes all of the time that there is, and those after it, while what was dealt with
 * before is not given out again. An event by itself that throws fails the invocation.
 */
export async function eachEvent(
  event: unknown,
  deal: (text: string) => Promise<void>,
  { invocation, onFailure }: EventTerms,
): Promise<BatchResult> {
  const handed = handedOver(event);
  if (handed.kind === 'event') {
    await deal(JSON.stringify(handed.event ?? null));
    return { batchItemFailures: [] };
  }
  const batchItemFailures: Readonly<{ itemIdentifier: string }>[] = [];
  for (const { messageId, body } of handed.messages) {
    try {
      await inTime(() => deal(body), invocation.remainingMs() - RESERVE_MS);
    } catch (fault) {
      onFailure(fault, messageId);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

/** Throws when the time is over; what was begun goes on by itself, and is safe to repeat as any message is. */
async function inTime(work: () => Promise<void>, ms: number): Promise<void> {
  if (ms <= 0) throw new Error('no time was left to begin it');
  const begun = work();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not end in time')), ms);
  });
  try {
    await Promise.race([begun, over]);
  } finally {
    clearTimeout(timer);
    // What fails after its time has failed already.
    begun.catch(() => {});
  }
}
