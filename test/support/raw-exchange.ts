import { connect } from 'node:net';

/** Sends bytes as they are, and gives all that comes back until the server hangs up. */
export function exchange(url: string, ...pieces: readonly (string | Buffer | number)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', (fault: NodeJS.ErrnoException) =>
      fault.code === 'ECONNRESET' || fault.code === 'EPIPE' ? undefined : reject(fault),
    );
    void (async () => {
      for (const piece of pieces)
        if (typeof piece === 'number') await new Promise((done) => setTimeout(done, piece));
        else if (socket.writable) socket.write(piece);
    })();
  });
}

/** Of every response among the bytes. */
export const statusesOf = (bytes: string) =>
  [...bytes.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
