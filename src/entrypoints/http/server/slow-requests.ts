import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A body that comes more slowly than this, over all of its time, does not come. */
const LEAST_BYTES_PER_MS = 64;

type Patience = Readonly<{
  /** What every request has, whatever its size, in milliseconds. */
  requestTimeout: number;
  connectionsCheckingInterval: number;
}>;

/**
 * Refuses requests that have not all come when their time is over: `requestTimeout`, and a second more for every 64 KiB that came, so
 * that a large file on a slow line arrives and a client that sends byte by byte holds no connection. Also a request that
 * was answered before its body came is waited for no longer.
 */
export function refuseSlow(
  { requestTimeout, connectionsCheckingInterval }: Patience,
  refuse: (socket: Duplex) => void,
): Readonly<{ began: (incoming: IncomingMessage) => void; stop: () => void }> {
  const coming = new Map<IncomingMessage, Readonly<{ since: number; bytesBefore: number }>>();
  const timer = setInterval(check, connectionsCheckingInterval);
  timer.unref();
  return {
    began(incoming) {
      coming.set(incoming, { since: performance.now(), bytesBefore: incoming.socket.bytesRead });
      incoming.once('close', () => coming.delete(incoming));
    },
    stop: () => clearInterval(timer),
  };

  function check(): void {
    const now = performance.now();
    for (const [incoming, { since, bytesBefore }] of coming) {
      const came = incoming.socket.bytesRead - bytesBefore;
      if (incoming.complete || now - since <= requestTimeout + came / LEAST_BYTES_PER_MS) continue;
      coming.delete(incoming);
      refuse(incoming.socket);
    }
  }
}
