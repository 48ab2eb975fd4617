import { jittered, pause } from './backoff.ts';
import { messagesIn } from './event-stream.ts';
import { PaywrightNoAnswer, PaywrightProblem } from './problem.ts';
import type { Sender } from './sender.ts';

/** An event as the stream has it: ids alone. Ask for what they name, which may be further by then. */
export type StreamedEvent = Readonly<{
  id: string;
  event_type: string;
  created: string;
  [entityId: string]: string;
}>;

export type EventOptions = Readonly<{
  /** The id of the last event that was dealt with: what came after is sent first. Absent: from now on. */
  after?: string;
  signal?: AbortSignal;
}>;

type Place = Readonly<{
  baseUrl: string;
  send: Sender;
  /** Of an answer that is no success. */
  refusal: (response: Response) => Promise<PaywrightProblem>;
  backoffMs: number;
  /** The id of the newest event that there is. */
  newest: (signal: AbortSignal) => Promise<string | undefined>;
}>;

/** Before every event: a merchant who has none yet is sent the first. */
const BEFORE_ALL = `evt_${'0'.repeat(32)}`;

/** Three times as long as a server is silent between heartbeats. */
const SILENCE_MS = 45_000;

/**
 * Events of `GET /events/stream`. It begins after the newest one of now and not just anywhere, so that a connection which breaks before its first event loses
 * none. A stream that ends, breaks or falls silent is opened again after the last event that was taken, so none is lost; one that
 * was taken as its connection broke may come once more, as deliveries to webhooks may.
 */
export async function* streamed(
  place: Place,
  { after, signal = new AbortController().signal }: EventOptions = {},
): AsyncGenerator<StreamedEvent> {
  let last = after ?? (await place.newest(signal)) ?? BEFORE_ALL;
  let retryMs = place.backoffMs;
  for (let failures = 0; !signal.aborted; failures++) {
    const connection = new AbortController();
    try {
      const body = await opened(place, last, AbortSignal.any([signal, connection.signal]));
      for await (const message of heard(messagesIn(body), () => connection.abort(new Error('silence')))) {
        failures = 0;
        retryMs = message?.retryMs ?? retryMs;
        if (message?.id === undefined) continue;
        yield JSON.parse(message.data) as StreamedEvent;
        last = message.id;
      }
    } catch (fault) {
      if (signal.aborted) return;
      if (!isPassing(fault)) throw fault;
    } finally {
      connection.abort();
    }
    await pause(jittered(failures, retryMs), signal).catch(() => undefined);
  }
}

async function opened(
  { baseUrl, send, refusal }: Place,
  last: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers = { accept: 'text/event-stream', 'last-event-id': last };
  const url = `${baseUrl.replace(/\/$/, '')}/events/stream`;
  const response = await send(new Request(url, { headers, signal, cache: 'no-store' }));
  if (!response.ok || response.body === null) throw await refusal(response);
  return response.body;
}

/** Messages, and heartbeats among them, until none came for too long. */
async function* heard<Message>(messages: AsyncGenerator<Message>, silent: () => void) {
  let timer = setTimeout(silent, SILENCE_MS);
  try {
    for await (const message of messages) {
      clearTimeout(timer);
      yield message;
      timer = setTimeout(silent, SILENCE_MS);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** A refusal for good is for the caller; silence, a broken connection and a server that is full are not. */
const isPassing = (fault: unknown): boolean =>
  fault instanceof PaywrightProblem
    ? fault.status === 429 || fault.status >= 500
    : fault instanceof PaywrightNoAnswer || !(fault instanceof SyntaxError);
