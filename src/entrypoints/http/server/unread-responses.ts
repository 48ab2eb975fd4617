import type { ServerResponse } from 'node:http';

export type UnreadLimits = Readonly<{
  /** How long what is written may wait for its reader, in milliseconds, beside the time that its size allows. */
  writeTimeoutMs: number;
  /** The most bytes that may wait for all readers together. */
  mostUnreadBytes: number;
}>;

/** Slower readers than this, by the piece, are taken for ones that do not read. */
const LEAST_BYTES_PER_MS = 16;
const CHECKED_EVERY_MS = 1_000;

/**
 * Looks each second at what was written to each of the responses and not taken yet, and destroys the connections of those
 * whose reader took nothing for too long; their streams are canceled by that. When too many bytes wait in all, the ones that
 * have waited longest go, so that slow readers are bounded in memory however many they are. Gives back what ends it.
 */
export function cutUnread(
  responses: ReadonlySet<ServerResponse>,
  { writeTimeoutMs, mostUnreadBytes }: UnreadLimits,
  onCut: () => void,
): () => void {
  /** How much was taken when it last became more, and when that was. */
  const progress = new WeakMap<ServerResponse, Readonly<{ taken: number; since: number }>>();
  const timer = setInterval(check, Math.min(CHECKED_EVERY_MS, writeTimeoutMs));
  timer.unref();
  return () => clearInterval(timer);

  function check(): void {
    const now = performance.now();
    const waiting: Readonly<{ response: ServerResponse; unread: number; since: number }>[] = [];
    for (const response of responses) {
      const { socket } = response;
      const unread = socket?.writableLength ?? 0;
      if (socket === null || unread === 0) {
        progress.delete(response);
        continue;
      }
      const taken = socket.bytesWritten - unread;
      const before = progress.get(response);
      const since = before?.taken === taken ? before.since : now;
      progress.set(response, { taken, since });
      if (now - since > writeTimeoutMs + unread / LEAST_BYTES_PER_MS) cut(response);
      else waiting.push({ response, unread, since });
    }
    let unread = waiting.reduce((sum, each) => sum + each.unread, 0);
    if (unread <= mostUnreadBytes) return;
    for (const each of waiting.sort((a, b) => a.since - b.since)) {
      if (unread <= mostUnreadBytes) return;
      unread -= each.unread;
      cut(each.response);
    }
  }

  function cut(response: ServerResponse): void {
    response.destroy();
    onCut();
  }
}
