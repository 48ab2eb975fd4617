import type { Logger } from 'pino';
import type { EventStream } from '../../../application/webhooks/event-streams.ts';
import { type EventNotice, noticeText } from '../../../domain/webhooks/event-notice.ts';
import { cut, type HttpContext } from '../server/request-context.ts';

/** A client that reconnects is authenticated anew. */
const LONGEST_MS = 3_600_000;
/** How long a client waits before it connects again, and how it knows that it has all there was. */
const HEAD = 'retry: 3000\n\n';
const LIVE = ': live\n\n';
const HEARTBEAT = ':\n\n';

/** Wakes the one who waits for it, or the next to wait if it rang before. */
type Bell = Readonly<{
  ring(): void;
  /** False when it did not ring for so long. */
  heard(ms: number): Promise<boolean>;
}>;

export function aBell(): Bell {
  let hasRung = false;
  let answer = () => {};
  return {
    ring() {
      hasRung = true;
      answer();
    },
    heard: (ms) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          answer = () => {};
          resolve(hasRung);
          hasRung = false;
        };
        const timer = setTimeout(end, ms);
        answer = end;
        if (hasRung) end();
      }),
  };
}

/**
 * What is known at once, then what comes, each as it is asked for: nothing is read for a reader that does not read, whose connection
 * is cut after a while as any other's. Ends with the token, after an hour, with the process, and when the store fails; a client
 * goes on from the last id it has.
 */
export function streamBody(
  stream: EventStream,
  { bell, heartbeatMs, c, log }: Readonly<{ bell: Bell; heartbeatMs: number; c: HttpContext; log: Logger }>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const end = setTimeout(close, Math.min(LONGEST_MS, c.var.principal.expiresAt - Date.now()));
  end.unref();
  let isLive = false;
  let isLeft = false;
  return new ReadableStream(
    {
      start: (controller) => controller.enqueue(encoder.encode(HEAD)),
      async pull(controller) {
        try {
          const next = await text();
          // Its reader has hung up: there is nothing to close.
          if (isLeft) return;
          if (next === undefined) {
            close();
            controller.close();
          } else controller.enqueue(encoder.encode(next));
        } catch (defect) {
          note('error', { code: 'internal_error', defect });
          close();
          cut(c, controller);
        }
      },
      cancel() {
        isLeft = true;
        close();
      },
    },
    { highWaterMark: 0 },
  );

  /** Undefined at the end. */
  async function text(): Promise<string | undefined> {
    for (;;) {
      const found = await stream.ready();
      if (found.isErr()) note('warn', { code: found.error.kind, cause: found.error.cause });
      if (found.isErr() || stream.isOver()) return undefined;
      if (found.value.length > 0) return found.value.map(message).join('');
      if (!isLive) {
        isLive = true;
        return LIVE;
      }
      if (!(await bell.heard(heartbeatMs))) return HEARTBEAT;
    }
  }

  function note(level: 'warn' | 'error', facts: object): void {
    log[level]({ route: c.var.route, request_id: c.var.requestId, ...facts }, 'a stream of events was ended');
  }

  function close(): void {
    clearTimeout(end);
    stream.close();
    bell.ring();
  }
}

/** Of notices that streams share: each is printed once for all of them. */
const printed = new WeakMap<EventNotice, string>();

function message(notice: EventNotice): string {
  const text =
    printed.get(notice) ?? `id: ${notice.id}\nevent: ${notice.type}\ndata: ${noticeText(notice)}\n\n`;
  printed.set(notice, text);
  return text;
}
