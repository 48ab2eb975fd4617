import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ask } from '../http-throughput.ts';
import type { Installation } from '../load/installation.ts';
import type { Server } from '../server.ts';

/** How often the receiver was sent an event: of all that it was sent, the least and the most often. */
export type Received = Readonly<{ events: number; least: number; most: number }>;

/** A receiver that counts what it is sent, in a thread of its own. */
export type CountingReceiver = Readonly<{
  received(): Promise<Received>;
  /** Once so many events have come, or half a minute has brought none more. */
  settled(events: number): Promise<Received>;
  stop(): Promise<unknown>;
}>;

const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;

/** Every merchant of the installation sends it one event for each payment that succeeds. */
export async function countingReceiver(
  { merchants }: Installation,
  { url }: Server,
): Promise<CountingReceiver> {
  const worker = new Worker(new URL('../receiver.ts', import.meta.url), { workerData: { counts: true } });
  const [port] = (await once(worker, 'message')) as [number];
  const endpoint = { url: `http://127.0.0.1:${port}/`, events: ['payment.succeeded'] };
  for (const { token } of merchants) await ask(url, '/webhook_endpoints', token, endpoint);
  const received = async (): Promise<Received> => {
    worker.postMessage('how often');
    const [counts] = (await once(worker, 'message')) as [readonly number[]];
    const least = counts.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
    return { events: counts.length, least, most: counts.reduce((one, other) => Math.max(one, other), 0) };
  };
  return {
    received,
    async settled(events) {
      let last = await received();
      for (let since = performance.now(); last.events < events && performance.now() - since < PATIENCE_MS; ) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        const now = await received();
        if (now.events > last.events) since = performance.now();
        last = now;
      }
      return last;
    },
    stop: () => worker.terminate(),
  };
}
