import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of one request on its way to a server, or of the answer on its way back. */
export type Fault =
  | 'none'
  /** The connection breaks before the server has seen the request. */
  | 'refused'
  /** The server has done its part, and the answer never arrives. */
  | 'lost'
  /** Half of the answer arrives. */
  | 'cut'
  /** A gateway answers for the server, which has done its part. */
  | 'gateway_timeout'
  | 'unavailable'
  | 'limited'
  /** The answer comes later than a client waits. */
  | 'slow';

/** Longer than the clients of these tests wait for one attempt. */
export const SLOW_MS = 150;

type App = Readonly<{ fetch: (request: Request) => Response | Promise<Response> }>;
/** A request as it came in, with what was then done to it. */
export type Passed = Readonly<{ method: string; path: string; key: string | undefined; fault: Fault }>;

/** A server over sockets in front of an app; `faults` happen to its requests in their order, and none to those after. */
export async function faultyGateway(app: App) {
  let faults: Fault[] = [];
  const passed: Passed[] = [];
  const under: Promise<unknown>[] = [];
  const server = createServer((incoming, response) => {
    const fault = faults.shift() ?? 'none';
    const { method = '', url = '', headers } = incoming;
    passed.push({ method, path: url, key: one(headers['idempotency-key']), fault });
    under.push(
      (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        const asked = new Request(`http://gateway.test${url}`, {
          method,
          headers: Object.entries(headers).flatMap(([name, value]) =>
            typeof value === 'string' && name !== 'connection' ? [[name, value] as [string, string]] : [],
          ),
          ...(body.length === 0 ? {} : { body }),
        });
        await answered(response, fault, () => app.fetch(asked));
      })().catch(() => response.destroy()),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    /** From the next request on. */
    meet: (next: readonly Fault[]) => void (faults = [...next]),
    /** Once the server has done what it was asked, also for clients that left. */
    settled: async () => void (await Promise.all(under)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const one = (value: string | readonly string[] | undefined) =>
  typeof value === 'string' ? value : value?.[0];

async function answered(
  response: ServerResponse,
  fault: Fault,
  ask: () => Response | Promise<Response>,
): Promise<void> {
  if (fault === 'refused') return void response.destroy();
  if (fault === 'unavailable') return void response.writeHead(503).end('<html>busy</html>');
  if (fault === 'limited') return void response.writeHead(429, { 'retry-after': '0' }).end();
  const answer = await ask();
  const body = Buffer.from(await answer.arrayBuffer());
  if (fault === 'lost') return void response.destroy();
  if (fault === 'gateway_timeout') return void response.writeHead(504).end('<html>late</html>');
  if (fault === 'slow') await sleep(SLOW_MS);
  const headers = { ...Object.fromEntries(answer.headers), 'content-length': String(body.length) };
  response.writeHead(answer.status, headers);
  if (fault !== 'cut') return void response.end(body);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}
