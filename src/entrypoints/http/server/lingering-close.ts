import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** How long a client that still sends may be silent, and how long it may send in all, before it has read its answer and hung up. */
const [SILENT_MS, LINGER_MS] = [5_000, 30_000];

/**
 * Has the connection of a request closed as nginx's `lingering_close` does where it is answered before all of it has come, as one that is
 * too large is: what still comes is dropped until the client hangs up. Closed at once, the client could not send the rest, and most take
 * that for the end and never look at the answer. Of a connection's requests the last counts.
 */
export function closeLingering(incoming: IncomingMessage): void {
  const { socket } = incoming;
  socket.destroySoon = () => {
    if (incoming.complete) Socket.prototype.destroySoon.call(socket);
    else linger(socket);
  };
}

function linger(socket: Socket): void {
  const drop = () => {};
  // The first takes the bytes from the parser, which would look for another request behind this one's.
  socket.on('data', drop).removeAllListeners('data').on('data', drop).resume();
  socket.once('end', () => socket.destroy()).setTimeout(SILENT_MS, () => socket.destroy());
  const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(cut)).end();
}
