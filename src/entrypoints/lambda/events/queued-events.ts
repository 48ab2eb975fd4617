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

/**
 * Deals with what was handed over. Of messages each is dealt with for itself, and those that throw are named as failed,
 * whatever becomes of the others; an event by itself that throws fails the invocation.
 */
export async function eachEvent(
  event: unknown,
  deal: (event: unknown) => Promise<void>,
  onFailure: (fault: unknown, messageId: string) => void,
): Promise<BatchResult> {
  const handed = handedOver(event);
  if (handed.kind === 'event') {
    await deal(handed.event);
    return { batchItemFailures: [] };
  }
  const batchItemFailures: Readonly<{ itemIdentifier: string }>[] = [];
  for (const { messageId, body } of handed.messages) {
    try {
      await deal(JSON.parse(body));
    } catch (fault) {
      onFailure(fault, messageId);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}
