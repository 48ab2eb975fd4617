import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * What happens to one exchange: the connection is reset before the server gets the request, or after it answered; the
 * answer is cut in half, kept back for good, or late.
 */
export type Trouble = 'lost request' | 'reset' | 'cut' | 'silence' | 'late';

/** A wire to `target` that can be troubled. */
export async function tcpProxy(target: Readonly<{ host: string; port: number }>) {
  const plan: { trouble: Trouble; marker: string }[] = [];
  const sockets = new Set<Socket>();
  let met = 0;
  let stopped = false;

  const server = createServer((client) => {
    const upstream = connect(target);
    let trouble: Trouble | undefined;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      if (stopped) socket.pause();
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      const next = plan[0];
      if (next !== undefined && chunk.includes(next.marker)) {
        plan.shift();
        met += 1;
        trouble = next.trouble;
        if (trouble === 'lost request') {
          client.resetAndDestroy();
          return;
        }
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      const now = trouble;
      if (now === 'silence') return;
      trouble = undefined;
      if (now === 'reset') client.resetAndDestroy();
      else if (now === 'cut') client.end(chunk.subarray(0, Math.ceil(chunk.length / 2)));
      else if (now === 'late') setTimeout(() => client.write(chunk), 200);
      else client.write(chunk);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));

  return {
    port: (server.address() as AddressInfo).port,
    /** The next requests that hold the marker meet these, one each. */
    trouble(marker: string, ...troubles: readonly Trouble[]): void {
      plan.push(...troubles.map((trouble) => ({ trouble, marker })));
    },
    /** From now on nothing passes, in either direction, as when the process behind the wire is stopped. */
    stop(): void {
      stopped = true;
      for (const socket of sockets) socket.pause();
    },
    /** What was held back passes, and all that follows. */
    goOn(): void {
      stopped = false;
      for (const socket of sockets) socket.resume();
    },
    /** How many troubles were met. */
    met: () => met,
    close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
