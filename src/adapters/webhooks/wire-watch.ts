import type { Socket } from 'node:net';

/**
 * Closes connections on which more comes than any answer takes. What is no part of a body is bounded nowhere else: interim
 * responses, chunk extensions, blank lines before an answer and zeros before the size of a chunk.
 */
export type WireWatch = Readonly<{
  /** So much more may come, until this is called again for the next exchange on it; `flooded` is called before it is closed. */
  allow(socket: Socket, bytes: number, flooded: () => void): void;
}>;

/** A flood costs what is read of it in so long. */
const EVERY_MS = 100;

export function wireWatch(): WireWatch {
  const watched = new Map<Socket, Readonly<{ upTo: number; flooded: () => void }>>();
  let timer: NodeJS.Timeout | undefined;

  return {
    allow(socket, bytes, flooded) {
      if (!watched.has(socket)) socket.once('close', () => forget(socket));
      watched.set(socket, { upTo: socket.bytesRead + bytes, flooded });
      timer ??= setInterval(check, EVERY_MS).unref();
    },
  };

  function check(): void {
    for (const [socket, { upTo, flooded }] of watched) {
      if (socket.bytesRead <= upTo) continue;
      flooded();
      socket.destroy();
    }
  }

  function forget(socket: Socket): void {
    watched.delete(socket);
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }
}
