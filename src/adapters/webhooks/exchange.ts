import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { err, ok, type Result } from 'neverthrow';
import { present } from '../../domain/kernel/present.ts';
import type { AttemptError } from '../../domain/webhooks/delivery.ts';
import { excerptOf, MOST_READ } from './excerpt.ts';
import { type WireWatch, wireWatch } from './wire-watch.ts';

type Pair = Readonly<{ http: http.Agent; https: https.Agent }>;
/** `fresh` ones keep nothing. */
export type Agents = Readonly<{ kept: Pair; fresh: Pair; watch: WireWatch }>;

/** One request to one address. `signal` ends it, whatever it is doing. */
export type Order = Readonly<{
  url: URL;
  hostname: string;
  address: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
  agents: Agents;
}>;

export type StoredResponse = Readonly<{ status: number; retryAfter?: string; excerpt: string }>;

/** `reached`: a connection was made, so another address must not be tried. `stale`: a kept connection had been closed. */
export type Failed = Readonly<{ error: AttemptError; reached: boolean; stale: boolean }>;

/** How long an address may take to answer at all, while there are others to try. */
const CONNECT_MS = 5_000;

/** Of a whole answer with its head, and with what frames its body where that comes in the smallest chunks. */
const MOST_ON_THE_WIRE = 8 * MOST_READ;

/** Kept connections are found by the address they lead to and, under TLS, the name that was proved there. */
export const connections = (trust?: string): Agents => ({
  kept: agentsWith({ keepAlive: true, timeout: 15_000, maxFreeSockets: 256, scheduling: 'lifo' }, trust),
  fresh: agentsWith({ keepAlive: false }, trust),
  watch: wireWatch(),
});

const agentsWith = (options: http.AgentOptions, trust: string | undefined): Pair => ({
  http: new http.Agent(options),
  https: new https.Agent({
    ...options,
    rejectUnauthorized: true,
    ...present({ ca: trust }),
  }),
});

/** Sends one POST and reads its answer. The name goes into Host and SNI, the connection to the address. */
export function exchange(order: Order, fresh = false): Promise<Result<StoredResponse, Failed>> {
  const { url, hostname, address, body, signal, agents } = order;
  const isSecure = url.protocol === 'https:';
  const pair = fresh ? agents.fresh : agents.kept;
  return new Promise((resolve) => {
    let isConnected = false;
    const request = (isSecure ? https : http).request({
      agent: isSecure ? pair.https : pair.http,
      host: address,
      port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      ...(isSecure ? { servername: isIP(hostname) === 0 ? hostname : '' } : {}),
      headers: { ...order.headers, Host: url.host, 'Content-Length': `${Buffer.byteLength(body)}` },
      signal,
    });
    const connecting = setTimeout(
      () => request.destroy(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })),
      CONNECT_MS,
    );
    const end = (result: Result<StoredResponse, Failed>) => {
      clearTimeout(connecting);
      resolve(result);
    };
    const fail = (fault: unknown) => {
      const reset = isConnected && isReset(fault);
      end(
        err({
          error: signal.aborted ? 'timeout' : errorOf(fault, isConnected),
          reached: isConnected || signal.aborted,
          stale: reset && request.reusedSocket && !signal.aborted,
        }),
      );
    };
    const connected = () => {
      isConnected = true;
      clearTimeout(connecting);
    };
    request.once('socket', (socket) => {
      agents.watch.allow(socket, MOST_ON_THE_WIRE, () => end(err(TOO_LARGE)));
      if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
    request.on('error', fail);
    // Whatever ends it without an answer or an error, such as a protocol it switched to.
    request.on('close', () => fail({ code: 'ECONNRESET' }));
    request.on('response', (response) => read(response, end, fail));
    request.end(body);
  });
}

/** Reads the answer to its end, keeps its beginning, and gives up on one that does not end. */
function read(
  response: http.IncomingMessage,
  end: (result: Result<StoredResponse, Failed>) => void,
  fail: (fault: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST_READ + chunk.length)
      chunks.push(chunk.length > MOST_READ ? chunk.subarray(0, MOST_READ) : chunk);
    if (size <= MOST_READ) return;
    end(err(TOO_LARGE));
    response.destroy();
  });
  response.on('error', fail);
  response.on('end', () => {
    const retryAfter = response.headers['retry-after'];
    end(
      ok({
        status: response.statusCode ?? 0,
        ...present({ retryAfter }),
        excerpt: excerptOf(chunks),
      }),
    );
  });
}

const TOO_LARGE: Failed = { error: 'response_too_large', reached: true, stale: false };

const isReset = (fault: unknown): boolean =>
  ['ECONNRESET', 'EPIPE'].includes(String((fault as NodeJS.ErrnoException).code));

function errorOf(fault: unknown, isConnected: boolean): AttemptError {
  const code = String((fault as NodeJS.ErrnoException).code);
  if (TLS_FAULT.test(code)) return 'tls_failed';
  return isConnected ? 'connection_lost' : 'connection_failed';
}

/** How Node and OpenSSL name what is wrong with a certificate or a handshake. */
const TLS_FAULT = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|HOSTNAME_MISMATCH)/;
