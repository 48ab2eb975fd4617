import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ResultAsync } from 'neverthrow';
import { Webhook } from 'standardwebhooks';
import { createClient } from '../../../client/src/client.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { signToken } from './tokens.ts';
import { deliverSince, forwarded } from './webhooks-forward.ts';

export type ListenOptions = Readonly<{
  port: number;
  merchant: string;
  server?: string;
  forwardTo?: string;
  since?: Instant;
  json?: boolean;
}>;

/** A delivery as it arrived. `verified`: signed by the secret, and not long ago. `answered`: by the receiver that it was passed on to. */
type Received = Readonly<{ verified: boolean; id: string; type: string; body: string; answered?: number }>;

/**
 * Prints every delivery that arrives on a local port, and whether its signature is right, until it is stopped. Without a
 * secret it makes an endpoint for itself at a development server, and removes it when it is stopped. What is genuine is passed on
 * to `forwardTo`, whose answer is the sender's.
 */
export async function listenCommand(
  config: Config,
  options: ListenOptions,
  { env, out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  // From the environment: what stands on a command line is readable by every user of the machine.
  const secret = env['WEBHOOK_SECRET'] || undefined;
  let verifier: Webhook | undefined = secret === undefined ? undefined : new Webhook(secret);
  const server = createServer((request, response) => {
    receive(request, verifier).then(
      async ({ headers, ...delivered }) => {
        const answered =
          delivered.verified && options.forwardTo !== undefined
            ? await forwarded(options.forwardTo, delivered.body, headers)
            : undefined;
        const received: Received = { ...delivered, ...present({ answered }) };
        out(options.json ? `${JSON.stringify(received)}\n` : lineOf(received));
        response.writeHead(answered ?? (delivered.verified ? 204 : 401)).end();
      },
      () => response.writeHead(400).end(),
    );
  });
  const listening = await listen(() => opened(server, options.port));
  if (listening.isErr()) {
    err(`paywright: ${listening.error}\n`);
    return EXIT.failed;
  }
  const url = `http://127.0.0.1:${listening.value}/`;
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  const registration =
    secret === undefined ? await register(config, options, url) : { says: undefined, leave: nothing };
  if (registration.says !== undefined) {
    err(`paywright: ${registration.says}\n`);
    server.closeAllConnections();
    await close();
    return EXIT.failed;
  }
  if (!options.json) out(`listening on ${url}\n`);
  if ('secret' in registration) {
    verifier = new Webhook(registration.secret);
    if (options.since !== undefined) {
      const delivered = await ResultAsync.fromThrowable(deliverSince, (fault) => (fault as Error).message)(
        registration.client,
        options.since,
        { url, secret: registration.secret },
      );
      if (delivered.isErr()) err(`paywright: not all since then was printed: ${delivered.error}\n`);
    }
  } else if (options.since !== undefined)
    err('paywright: --since is for an endpoint that is registered here\n');
  await untilStopped;
  await registration.leave();
  server.closeAllConnections();
  await close();
  return EXIT.ok;
}

const MOST_BYTES = 1024 * 1024;

async function receive(
  request: IncomingMessage,
  verifier: Webhook | undefined,
): Promise<Received & Readonly<{ headers: IncomingHttpHeaders }>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString();
  const header = (name: string) => String(request.headers[name] ?? '');
  const { event_type } = JSON.parse(body) as Readonly<{ event_type?: unknown }>;
  return {
    verified: isGenuine(verifier, body, header),
    id: header('webhook-id'),
    type: String(event_type),
    body,
    headers: request.headers,
  };
}

function isGenuine(verifier: Webhook | undefined, body: string, header: (name: string) => string): boolean {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
  try {
    verifier?.verify(body, Object.fromEntries(names.map((name) => [name, header(name)])));
    return verifier !== undefined;
  } catch {
    return false;
  }
}

const lineOf = ({ verified, id, type, body, answered }: Received): string =>
  `${verified ? 'verified ' : 'NOT GENUINE'}  ${type}  ${id}${answered === undefined ? '' : `  answered ${answered}`}\n  ${body}\n`;

const nothing = () => Promise.resolve();

/** An endpoint for as long as this runs. `says` is what stood in the way. */
async function register({ jwt, stage, http }: Config, { merchant, server }: ListenOptions, url: string) {
  if (stage === 'production' || jwt.kind !== 'hs256')
    return {
      says: 'set WEBHOOK_SECRET; tokens are made here in development with JWT_SECRET only',
      leave: nothing,
    };
  const base = server ?? `http://127.0.0.1:${http.port}`;
  const token = await signToken(jwt, {
    subject: 'webhooks-listen',
    merchantId: merchant,
    permissions: ['webhooks'],
    lifetimeSeconds: 30 * 86_400,
  });
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const asked = await ResultAsync.fromThrowable(
    async () => {
      const response = await ask('POST', '/webhook_endpoints', {
        url,
        description: 'paywright webhooks listen',
      });
      return (await response.json()) as Readonly<{ id?: string; secret?: string; detail?: string }>;
    },
    () => `nothing answers at ${base}; start it, or name it with --server`,
  )();
  if (asked.isErr()) return { says: asked.error, leave: nothing };
  const { id, secret, detail } = asked.value;
  if (id === undefined || secret === undefined)
    return { says: detail ?? 'the server refused', leave: nothing };
  const leave = () =>
    ask('DELETE', `/webhook_endpoints/${id}`).then(
      () => undefined,
      () => undefined,
    );
  return { says: undefined, secret, client: createClient({ baseUrl: base, token }), leave };
}

const listen = (open: () => Promise<number>): ResultAsync<number, string> =>
  ResultAsync.fromThrowable(open, (fault) => `--port: ${(fault as Error).message}`)();

const opened = (server: ReturnType<typeof createServer>, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
