import { randomUUID } from 'node:crypto';
import type { OneTimeCodes } from '../http/console/one-time-codes.ts';
import type { Config } from './config.ts';
import { DEMO_MERCHANTS } from './demo-merchants.ts';
import { MERCHANT_PERMISSIONS, signToken } from './tokens.ts';
import { DEFAULT_DATA_DIR } from './variables.ts';

/** A working day: what was printed this morning is worth nothing to who finds it tomorrow. */
const TOKEN_LIFETIME_SECONDS = 12 * 3_600;

type Started = Readonly<{
  url: string;
  storage: string;
  interactive: boolean;
  codes: Pick<OneTimeCodes, 'issue'>;
}>;

/**
 * What a developer reads at start: where it runs, on what, and what to paste. Tokens are printed on a terminal alone:
 * output that goes into a file or a log names the commands that make them. Production prints neither.
 */
export async function welcomeText(
  config: Config,
  { url: listening, storage, interactive, codes }: Started,
): Promise<string> {
  const { stage, jwt, dataDir } = config;
  // What listens on every address is reached on this one.
  const url = listening.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  const where = storage === 'memory' ? 'memory (gone at exit)' : storage;
  const head = `paywright is ready\n\n  url      ${url}\n  storage  ${where}\n  data     ${dataDir}\n${cautionOf(config)}`;
  if (stage === 'production') return head;
  if (jwt.kind === 'jwks') return `${head}\n  Bearer tokens come from ${jwt.issuer}.\n`;
  const merchant = DEMO_MERCHANTS[0]?.id ?? '';
  if (!interactive) return `${head}${withoutTokens(url, merchant, dataDir)}`;
  const merchantToken = await signToken(jwt, {
    subject: 'demo-merchant',
    merchantId: merchant,
    permissions: MERCHANT_PERMISSIONS,
    lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  });
  const dispatcherToken = await signToken(jwt, {
    subject: 'demo-dispatcher',
    role: 'dispatcher',
    permissions: [],
    lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  });
  const consoleToken = await signToken(jwt, {
    subject: 'demo-console',
    merchantId: merchant,
    role: 'admin',
    permissions: MERCHANT_PERMISSIONS,
    lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  });
  return `${head}
the console, logged in as ${merchant} and an admin of approvals; the link is good once, for five minutes:

  ${url}/console/#code=${codes.issue(consoleToken)}

${merchant}'s token:

  ${merchantToken}

a dispatcher's token, for approvals (an admin's: npx paywright token --role admin):

  ${dispatcherToken}

Take a payment; pasted twice, it is still one:

  ${curlLine(url, `'authorization: Bearer ${merchantToken}'`)}

API: ${url}/docs    Stop: Ctrl-C
`;
}

/** DynamoDB engines for development take any signature, and nothing can be put before them that they would ask. */
const cautionOf = ({ platform, approvals }: Config): string =>
  [platform, approvals].some(({ storage }) => storage.kind === 'dynamodb' && storage.at.kind === 'embedded')
    ? '  caution  the embedded DynamoDB engine checks no signature: every user of this machine can change its data\n'
    : '';

function withoutTokens(url: string, merchant: string, dataDir: string): string {
  const where = dataDir === DEFAULT_DATA_DIR ? '' : `PAYWRIGHT_DATA_DIR='${dataDir}' `;
  const token = `${where}npx paywright token --merchant ${merchant}`;
  return `
This is no terminal, so no token is printed. ${merchant}'s, and a dispatcher's for approvals:

  ${token}
  ${where}npx paywright token --role dispatcher

Take a payment; pasted twice, it is still one:

  ${curlLine(url, `"authorization: Bearer $(${token})"`)}

API: ${url}/docs    Stop: Ctrl-C
`;
}

const curlLine = (url: string, authorization: string): string =>
  `curl -sS ${url}/payments -H ${authorization} -H 'content-type: application/json' -H 'idempotency-key: demo-${randomUUID()}' -d '{"amount":1999,"currency":"USD","payment_method":"card"}'`;
