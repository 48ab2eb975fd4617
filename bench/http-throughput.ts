import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { closedLoop, type Target } from './closed-loop.ts';
import type { Measured } from './measure.ts';
import type { Row } from './rows.ts';
import { processorMsOf, type Server, startServer } from './server.ts';

const CONNECTIONS = 64;

/**
 * `POST /payments` as `npm start` serves it, its log written and one endpoint subscribed to every payment, in a closed loop;
 * beside it a bare server of Node that answers as many bytes.
 */
export async function httpThroughput(
  storage: string,
  { dataDir, seconds }: Readonly<{ dataDir: string; seconds: number }>,
): Promise<Row> {
  const server = await startServer(storage, dataDir, { LOG_LEVEL: 'info' });
  const receiver = new Worker(new URL('receiver.ts', import.meta.url));
  try {
    const [port] = (await once(receiver, 'message')) as [number];
    const body = await subscribe(server, `http://127.0.0.1:${port}/`);
    await closedLoop([paymentsAt(server.url, [server.token], 'warm')], {
      connections: CONNECTIONS,
      seconds: seconds / 5,
    });
    const before = processorMsOf(server.pid);
    const ours = await closedLoop([paymentsAt(server.url, [server.token], 'load')], {
      connections: CONNECTIONS,
      seconds,
    });
    const spent = (processorMsOf(server.pid) - before) / ours.answers;
    return {
      work: `HTTP, ${CONNECTIONS} connections, POST /payments, ${spent.toFixed(2)} ms of processor each`,
      ours,
      raw: await bareServer(body, seconds / 5, server.token),
    };
  } finally {
    await Promise.all([receiver.terminate(), server.stop()]);
  }
}

/** The answer to one payment, once the endpoint is there. */
async function subscribe({ url, token }: Server, receiver: string): Promise<string> {
  await ask(url, '/webhook_endpoints', token, { url: receiver, events: ['*'] });
  return ask(url, '/payments', token, PAYMENT);
}

/** What each of them asks for. */
export const PAYMENT = { amount: 1_000, currency: 'EUR', payment_method: 'card' };

/** What a request for something new is answered. Under one key for each token, so that a second for the same token is refused. */
export async function ask(url: URL, path: string, token: string, body: object): Promise<string> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': `first-${process.pid}`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`${path} answered ${response.status}: ${text}`);
  return text;
}

/** One payment a request, each under a key of its own, for the holders of the tokens in turn. */
export function paymentsAt({ hostname: host, port }: URL, tokens: readonly string[], run: string): Target {
  const body = JSON.stringify(PAYMENT);
  const heads = tokens.map(
    (token) =>
      `POST /payments HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nIdempotency-Key: `,
  );
  return {
    host,
    port: Number(port),
    requestOf: (n) => `${heads[n % heads.length]}${keyOf(run, n)}\r\n\r\n${body}`,
  };
}

/** The key of a run's `n`th payment. */
export const keyOf = (run: string, n: number): string => `${run}-${process.pid}-${n}`;

/** What HTTP alone costs on this machine: as many bytes in and out, and nothing between them. */
async function bareServer(body: string, seconds: number, token: string): Promise<Measured> {
  const bare = new Worker(new URL('bare-server.ts', import.meta.url), { workerData: { body } });
  try {
    const [port] = (await once(bare, 'message')) as [number];
    return await closedLoop([paymentsAt(new URL(`http://127.0.0.1:${port}`), [token], 'bare')], {
      connections: CONNECTIONS,
      seconds,
    });
  } finally {
    await bare.terminate();
  }
}
