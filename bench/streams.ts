import { Agent, type ClientRequest, request } from 'node:http';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { openLoop } from './load/open-loop.ts';
import type { Row } from './rows.ts';
import { type Server, startServer } from './server.ts';

const PER_SECOND = 20;
/** As many as one merchant may have open. */
const STREAMS_EACH = 100;
const TURNS = 3;
const MERCHANTS = ['merchant-123', 'merchant-456'];

/**
 * `POST /payments` on the clock while two merchants have 200 streams of events open, of which half hear of every payment; beside it the
 * same without a stream, in turns on one server. What reads the streams runs on the same machine.
 */
export async function streamLoad(
  storage: string,
  { dataDir, seconds }: Readonly<{ dataDir: string; seconds: number }>,
): Promise<Row> {
  const server = await startServer(storage, dataDir);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const tokens = MERCHANTS.map((merchant) => server.tokenFor('--merchant', merchant));
  const [none, some] = [createHistogram(), createHistogram()];
  let bytes = 0;
  const pay = (run: string, histogram: RecordableHistogram, length: number) =>
    payments(server, agent, run, length, histogram);
  try {
    await pay('warm', createHistogram(), seconds);
    for (let turn = 0; turn < TURNS; turn += 1) {
      await pay(`none-${turn}`, none, seconds);
      const streams = await Promise.all(
        tokens.flatMap((token) =>
          Array.from({ length: STREAMS_EACH }, () =>
            openStream(server.url, token, (length) => (bytes += length)),
          ),
        ),
      );
      await pay(`some-${turn}`, some, seconds);
      for (const stream of streams) stream.destroy();
    }
    const sent = (bytes / 1_000_000).toFixed(1);
    const ratio = some.percentile(99) / none.percentile(99);
    return {
      work:
        `HTTP, ${PER_SECOND}/s POST /payments beside ${tokens.length * STREAMS_EACH} streams of events that were sent ${sent} MB; ` +
        `p99 is ${ratio.toFixed(2)} × that without`,
      ours: {
        perSecond: PER_SECOND,
        p50Ms: some.percentile(50) / 1_000,
        p99Ms: some.percentile(99) / 1_000,
        tookMs: TURNS * seconds * 1_000,
      },
    };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

async function payments(
  { url, token }: Server,
  agent: Agent,
  run: string,
  seconds: number,
  histogram: RecordableHistogram,
): Promise<void> {
  const samples = await openLoop(
    [{ seconds, perSecond: PER_SECOND }],
    () => 'write',
    (_, n) =>
      new Promise((resolve, reject) => {
        const call = request(
          new URL('/payments', url),
          {
            agent,
            method: 'POST',
            headers: {
              authorization: `Bearer ${token}`,
              'content-type': 'application/json',
              'idempotency-key': `${run}-${process.pid}-${n}`,
            },
          },
          (response) => response.resume().once('end', () => resolve(response.statusCode === 201)),
        );
        call.once('error', reject);
        call.end(JSON.stringify({ amount: 1_000 + n, currency: 'EUR', payment_method: 'card' }));
      }),
  );
  if (samples.some(({ isError }) => isError)) throw new Error('a payment was not taken');
  for (const { tookMs } of samples) histogram.record(Math.max(1, Math.round(tookMs * 1_000)));
}

/** Resolves once the server has accepted it. */
const openStream = (url: URL, token: string, onBytes: (length: number) => void): Promise<ClientRequest> =>
  new Promise((resolve, reject) => {
    const call = request(
      new URL('/events/stream', url),
      { agent: false, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        if (response.statusCode !== 200) return reject(new Error(`a stream got ${response.statusCode}`));
        response.on('data', ({ length }: Buffer) => onBytes(length));
        response.once('error', () => {});
        resolve(call);
      },
    );
    call.once('error', reject);
    call.end();
  });
