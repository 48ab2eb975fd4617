import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a run makes once for all of its files: `url` is for the workers, which ask there with `madeOnce`. */
export type OnceARun = Readonly<{ url: string; close(): void }>;

/** Answers `GET /<name>`, on loopback, with what `make` gives for the name, which it is asked for once, when a test first does. */
export async function startOnceARun(make: (name: string) => Promise<string>): Promise<OnceARun> {
  const made = new Map<string, Promise<string>>();
  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    const making = made.get(name) ?? make(name);
    made.set(name, making);
    making.then(
      (text) => response.end(text),
      (fault: unknown) => response.writeHead(500).end(String(fault)),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** From any worker. Throws what went wrong where it is made. */
export async function madeOnce(url: string | undefined, name: string): Promise<string> {
  const reply = await fetch(`${url}/${name}`);
  const text = await reply.text();
  if (reply.status !== 200) throw new Error(text);
  return text;
}
