import { Agent, request } from 'node:http';
import { createHistogram } from 'node:perf_hooks';
import type { Row } from './rows.ts';
import { type Server, startServer } from './server.ts';

/** Requests leave on the clock, whether or not the ones before were answered; four of five take a payment. */
const USUAL_PER_SECOND = 100;
const BURST_PER_SECOND = 500;
/** Every fifth second is a burst. */
const BURST_EVERY_S = 5;

/** The whole server as `bin/paywright serve` and `npm start` run it, in a process of its own, under an open-loop load over HTTP. */
export async function httpLoad(
  storage: string,
  { dataDir, seconds }: Readonly<{ dataDir: string; seconds: number }>,
): Promise<Row> {
  const server = await startServer(storage, dataDir);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  try {
    for (let n = 0; n < 1_000; n += 10)
      await Promise.all(Array.from({ length: 10 }, (_, more) => ask(server, agent, n + more, 'warm')));
    const histogram = createHistogram();
    const asked: Promise<void>[] = [];
    const started = performance.now();
    for (let second = 0; second < seconds; second += 1) {
      const rate = second % BURST_EVERY_S === BURST_EVERY_S - 1 ? BURST_PER_SECOND : USUAL_PER_SECOND;
      for (let n = 0; n < rate; n += 1) {
        await until(started + second * 1_000 + (n * 1_000) / rate);
        const left = performance.now();
        asked.push(
          ask(server, agent, asked.length, 'load').then(() =>
            histogram.record(Math.max(1, Math.round((performance.now() - left) * 1_000))),
          ),
        );
      }
    }
    await Promise.all(asked);
    const tookMs = performance.now() - started;
    return {
      work: `HTTP, ${USUAL_PER_SECOND}/s with bursts of ${BURST_PER_SECOND}/s, 80 % POST /payments`,
      ours: {
        perSecond: asked.length / (tookMs / 1_000),
        p50Ms: histogram.percentile(50) / 1_000,
        p99Ms: histogram.percentile(99) / 1_000,
        tookMs,
      },
    };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

/** One request; anything but 200 or 201 is an error and ends the run. */
function ask({ url, token }: Server, agent: Agent, n: number, run: string): Promise<void> {
  const isRead = n % 5 === 4;
  return new Promise((resolve, reject) => {
    const call = request(
      {
        agent,
        host: url.hostname,
        port: url.port,
        method: isRead ? 'GET' : 'POST',
        path: isRead ? '/payments?limit=20' : '/payments',
        headers: {
          authorization: `Bearer ${token}`,
          ...(isRead
            ? {}
            : { 'content-type': 'application/json', 'idempotency-key': `${run}-${process.pid}-${n}` }),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () =>
          response.statusCode === (isRead ? 200 : 201)
            ? resolve()
            : reject(new Error(`answered ${response.statusCode}`)),
        );
      },
    );
    call.once('error', reject);
    call.end(
      isRead ? undefined : JSON.stringify({ amount: 1_000 + n, currency: 'EUR', payment_method: 'card' }),
    );
  });
}

/** Waits for the moment; timers are a millisecond coarse, so moments closer than that pass at once. */
const until = (moment: number): Promise<void> | undefined => {
  const left = moment - performance.now();
  return left < 1 ? undefined : new Promise((resolve) => setTimeout(resolve, left));
};
