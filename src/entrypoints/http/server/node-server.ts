import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Logger } from 'pino';
import { closeLingering } from './lingering-close.ts';
import { PROBLEM_TYPE, type Problem, problemText } from './problem.ts';
import { problemTable } from './problem-table.ts';
import { currentRequest, inRequest } from './request-scope.ts';
import { connectionsOf } from './resting-connections.ts';
import { SERVER_LIMITS, type ServerLimits } from './server-limits.ts';
import { refuseSlow } from './slow-requests.ts';
import { cutUnread } from './unread-responses.ts';

const problems = problemTable({});

export type ListeningServer = Readonly<{
  url: string;
  /**
   * Stops accepting, lets requests under way finish, those that were on their way on open connections among them, and cuts what is left
   * after 25 s.
   */
  close(): Promise<void>;
}>;

type FetchApp = Readonly<{ fetch: (request: Request, env: object) => Response | Promise<Response> }>;

const DRAIN_MS = 25_000;

/** How long a request may be on its way on a connection at rest, as those of a proxy are: hung up on at once, it would be lost. */
const ON_ITS_WAY_MS = 250;

/**
 * Against clients that send slowly or never: milliseconds for the head, for the whole request beside what its size
 * allows (`refuseSlow`), between requests. The last is longer than the 60 s for which AWS's load balancers keep an idle connection: were this end the first to hang up,
 * a request that is on its way would be lost.
 */
const PATIENCE = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1_024,
  requireHostHeader: false,
};

/** Of all responses together. */
const MOST_UNREAD_BYTES = 128 * 1_024 * 1_024;

/** Why a connection was closed from this side: too many were open, or its reader took nothing. */
export type Cut = 'too_many_connections' | 'unread';

/**
 * Serves the app on a port of this machine; port 0 picks a free one. Also what never becomes a request, because its bytes
 * are no HTTP or come too slowly, is answered with a problem. Rejects when the port is taken, naming it.
 */
export function serveHttp(
  app: FetchApp,
  settings: Readonly<{
    host: string;
    port: number;
    log: Logger;
    patience?: Readonly<Partial<typeof PATIENCE>>;
    limits?: Partial<ServerLimits>;
    onCut?: (why: Cut) => void;
  }>,
): Promise<ListeningServer> {
  const { host, port, log, onCut = () => {} } = settings;
  const limits = { ...SERVER_LIMITS, ...settings.limits };
  const active = new Set<ServerResponse>();
  let draining = false;
  let hangsUp = false;
  const respond = getRequestListener(endingRequests(app) as Parameters<typeof getRequestListener>[0], {
    errorHandler: (fault) => failed(fault, log),
    overrideGlobalObjects: false,
  });
  const inTurn = turnsOfSockets();
  const patience = { ...PATIENCE, ...settings.patience };
  const slow = refuseSlow(patience, (socket) => refuseBytes(TOO_SLOW, socket));
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    slow.began(incoming);
    closeLingering(incoming);
    inTurn(incoming.socket, outgoing, () => begin(incoming, outgoing));
  };
  const begin = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    // No protocol is changed to; what follows an offer to change is not read as a request, so its sender has to be told.
    if (draining || 'upgrade' in incoming.headers) outgoing.setHeader('Connection', 'close');
    // HTTP/1.0 has no Host (RFC 1945), and probes of simple balancers are HTTP/1.0.
    if (incoming.httpVersion === '1.0') incoming.headers.host ??= 'localhost';
    active.add(outgoing);
    connections.answers(outgoing);
    outgoing.once('close', () => {
      active.delete(outgoing);
      if (hangsUp) connections.hangUp({ unused: true });
    });
    void inRequest({ hasLeft: () => !incoming.socket.writable }, () => respond(incoming, outgoing));
  };
  const server = createServer({ ...patience, requestTimeout: 0 }, serve);
  const connections = connectionsOf(server);
  // An unknown expectation is no reason for an answer without a body.
  server.on('checkExpectation', serve);
  server.on('clientError', refuseBytes);
  // A header that was left out unseen could be the idempotency key; their size bounds them all.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.maxConnections;
  const relief = atMostOncePer(1_000, () => connections.hangUp());
  server.on('drop', () => {
    onCut('too_many_connections');
    relief();
  });
  const unread = { writeTimeoutMs: limits.writeTimeoutMs, mostUnreadBytes: MOST_UNREAD_BYTES };
  const stopCutting = cutUnread(active, unread, () => onCut('unread'));
  return listen(server, host, port).then(() => ({
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close,
  }));

  async function close(): Promise<void> {
    draining = true;
    for (const outgoing of active) if (!outgoing.headersSent) outgoing.setHeader('Connection', 'close');
    // Only the listening ends at once, as HTTP's own close hangs up on what is idle.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    await Promise.race([closed, pause(ON_ITS_WAY_MS)]);
    // What came while the process was busy is read before its timers are looked at again.
    await turn();
    hangsUp = true;
    connections.hangUp({ unused: true });
    await closed.finally(() => clearTimeout(cut));
    // Ends what of it looks at connections every second.
    server.close();
    stopCutting();
    slow.stop();
  }
}

/** What the server tells the app of the connection. */
type Connection = Readonly<{ incoming: IncomingMessage }>;

/** Two hosts could be one for a proxy and the other for us (RFC 9112, section 3.2). */
const hostsIn = ({ rawHeaders }: IncomingMessage): number =>
  rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;

/** The same app; an answer, or a throw, ends what its request holds, and lets go of the connection. */
const endingRequests = ({ fetch }: FetchApp): FetchApp['fetch'] => {
  return async (request, env) => {
    try {
      if (hostsIn((env as Connection).incoming) > 1) throw new RequestError('two hosts');
      return await fetch(request, env);
    } finally {
      const ended = currentRequest();
      ended?.atEnd?.();
      if (ended !== undefined) ended.hasLeft = () => true;
    }
  };
};

function atMostOncePer(ms: number, act: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    act();
  };
}

/** More requests that wait on one connection than any client has a use for. */
const MOST_PIPELINED = 16;

/**
 * Runs one request of a connection at a time, the next when the answer before it has left: answers to pipelined requests
 * would otherwise all be made at once and kept until the client reads. Hangs up on a client that sends too many ahead; what
 * waits on a closed connection is not begun.
 */
function turnsOfSockets(): (socket: Socket, outgoing: ServerResponse, begin: () => void) => void {
  const waiting = new WeakMap<Socket, (() => void)[]>();
  return (socket, outgoing, begin) => {
    const start = () => {
      if (socket.destroyed) return;
      outgoing.once('close', () => {
        const next = waiting.get(socket)?.shift();
        if (next === undefined) waiting.delete(socket);
        else next();
      });
      begin();
    };
    const queue = waiting.get(socket);
    if (queue === undefined) {
      waiting.set(socket, []);
      start();
    } else if (queue.length < MOST_PIPELINED) queue.push(start);
    else socket.destroy();
  };
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) =>
      reject(
        fault.code === 'EADDRINUSE'
          ? Object.assign(new Error(`port ${port} on ${host} is taken`), { code: fault.code })
          : fault,
      ),
    );
    server.listen(port, host, () => resolve());
  });

const malformed = (message: string) =>
  problems.problemOf({ kind: 'MalformedRequest', faults: [{ path: [], message }] }, randomUUID());

/** What the app never saw: a request whose target or host makes no URL, or a throw of something that is no error. */
function failed(fault: unknown, log: Logger): Response {
  const badRequest = fault instanceof RequestError;
  if (!badRequest) log.error({ status: 500, code: 'internal_error', defect: fault });
  const problem = badRequest
    ? malformed('has a target or a host that makes no URL')
    : problems.problemOf({ kind: 'Defect' }, randomUUID());
  return new Response(problemText(problem), {
    status: problem.status,
    headers: { 'Content-Type': PROBLEM_TYPE, 'X-Request-Id': problem.request_id },
  });
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** As Node names a head that came too slowly. */
const TOO_SLOW = Object.assign(new Error('the request came too slowly'), {
  code: 'ERR_HTTP_REQUEST_TIMEOUT',
});

/** How long a client may take to hang up after it was refused, so that it can still read why. */
const LINGER_MS = 1_000;

/** Answers bytes that are no request, if the other side still listens, and hangs up. */
function refuseBytes(fault: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || fault.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = refusalOf(fault.code);
  const body = problemText(problem);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${REASONS[problem.status]}`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${problem.request_id}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function refusalOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return { ...malformed('has headers of more than 16 KiB'), status: 431 };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { ...malformed('did not arrive in time'), status: 408 };
  return malformed('is not HTTP');
}
