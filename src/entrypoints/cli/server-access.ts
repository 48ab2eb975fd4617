import { err, ok, type Result } from 'neverthrow';
import {
  createClient,
  type PaywrightClient,
  PaywrightNoAnswer,
  PaywrightProblem,
} from '../../../client/src/client.ts';
import { present } from '../../domain/kernel/present.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { exitFor, type Fault, faultLine } from './faults.ts';
import { loadConfig } from './load-config.ts';
import { localSecret } from './local-secret.ts';
import { isLoopback, readVariables } from './read-variables.ts';
import { secretReader } from './secret-reader.ts';
import type { Terminal } from './terminal.ts';
import { MERCHANT_PERMISSIONS, signToken } from './tokens.ts';

/** What every command that asks a server takes. */
export type ServerOptions = Readonly<{ url?: string; merchant?: string; subject?: string; json?: boolean }>;

/** A server, and whether a token was made for it, which only a development server on this machine believes. */
export type Access = Readonly<{ client: PaywrightClient; isDevelopment: boolean }>;

/** How long a token that is made here is good: as long as a command may follow events. */
const LIFETIME_SECONDS = 12 * 3_600;

const DEMO_MERCHANT = 'merchant-123';

/** A client as the options and the environment say, or what is wrong with them. */
async function accessOf(
  { url: named, merchant, subject }: ServerOptions,
  env: Terminal['env'],
): Promise<Result<Access, readonly Fault[]>> {
  const read = readVariables(env);
  if (read.isErr()) return err(read.error);
  const { PAYWRIGHT_URL, PAYWRIGHT_TOKEN: token, PORT } = read.value;
  const baseUrl = named ?? PAYWRIGHT_URL ?? `http://127.0.0.1:${PORT}`;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol))
    return err([{ name: '--url', says: 'must be a URL that begins with http:// or https://' }]);
  if (token !== undefined) {
    const says = 'is what PAYWRIGHT_TOKEN says; leave one of them out';
    if (subject !== undefined) return err([{ name: '--subject', says }]);
    // The server judges whether the token may act for it.
    return ok({ client: createClient({ baseUrl, token, ...present({ merchant }) }), isDevelopment: false });
  }
  const needed = [{ name: 'PAYWRIGHT_TOKEN', says: 'is needed for a server that is not this machine’s' }];
  if (!isLoopback(new URL(baseUrl).hostname.replace(/^\[|\]$/g, ''))) return err(needed);
  const config = await loadConfig(env, localSecret, secretReader);
  if (config.isErr()) return err(config.error);
  const { jwt, stage } = config.value;
  if (stage === 'production' || jwt.kind !== 'hs256')
    return err([{ name: 'PAYWRIGHT_TOKEN', says: 'is needed where tokens are not made with JWT_SECRET' }]);
  const made = await signToken(jwt, {
    subject: subject ?? 'paywright-cli',
    merchantId: merchant ?? DEMO_MERCHANT,
    permissions: MERCHANT_PERMISSIONS,
    lifetimeSeconds: LIFETIME_SECONDS,
  });
  return ok({ client: createClient({ baseUrl, token: made }), isDevelopment: true });
}

/** Runs a command with a client, and words whatever kept it from its answer. */
export async function askServer(
  options: ServerOptions,
  terminal: Terminal,
  command: (access: Access) => Promise<ExitCode>,
): Promise<ExitCode> {
  const access = await accessOf(options, terminal.env);
  if (access.isErr()) {
    for (const fault of access.error) terminal.err(faultLine(fault));
    return access.error.some(({ name }) => name.startsWith('--')) ? EXIT.usage : exitFor(access.error);
  }
  try {
    return await command(access.value);
  } catch (fault) {
    terminal.err(faultText(fault));
    return EXIT.failed;
  }
}

function faultText(fault: unknown): string {
  if (fault instanceof PaywrightProblem) {
    const { message, code, status, requestId, errors, paymentId } = fault;
    const facts = [`${status} ${code}`, requestId && `request ${requestId}`, paymentId].filter(Boolean);
    const lines = errors.map(
      ({ path, message: says }) => `  ${path === '' ? 'the request' : path}: ${says}\n`,
    );
    return `paywright: ${message} (${facts.join(', ')})\n${lines.join('')}`;
  }
  if (fault instanceof PaywrightNoAnswer) {
    const { idempotencyKey, message } = fault;
    const repeat =
      idempotencyKey === undefined
        ? ''
        : `; what became of it is not known: repeat the command with --key ${idempotencyKey}`;
    return `paywright: ${message}, ${causeOf(fault)}${repeat}\n`;
  }
  throw fault;
}

/** What a socket says, such as ECONNREFUSED, is one or two causes further down. */
function causeOf(fault: Error): string {
  const { cause } = fault;
  return cause instanceof Error ? causeOf(cause) : fault.message;
}
