import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import { DEMO_MERCHANTS } from './demo-merchants.ts';
import { MERCHANT_PERMISSIONS, signToken } from './tokens.ts';

/** Long enough to be kept in a script on a development machine. */
const TOKEN_LIFETIME_SECONDS = 30 * 86_400;

/** What a developer reads at start: where it runs, on what, and what to paste. Production is told no secrets. */
export async function welcomeText(
  { stage, jwt, dataDir }: Config,
  { url: listening, storage }: Readonly<{ url: string; storage: string }>,
): Promise<string> {
  // What listens on every address is reached on this one.
  const url = listening.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  const where = storage === 'memory' ? 'memory (gone at exit)' : storage;
  const head = `paywright is ready\n\n  url      ${url}\n  storage  ${where}\n  data     ${dataDir}\n`;
  if (stage === 'production') return head;
  if (jwt.kind === 'jwks') return `${head}\n  Bearer tokens come from ${jwt.issuer}.\n`;
  const merchant = DEMO_MERCHANTS[0]?.id ?? '';
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
  return `${head}
${merchant}'s token:

  ${merchantToken}

a dispatcher's token, for approvals (an admin's: npx paywright token --role admin):

  ${dispatcherToken}

Take a payment; pasted twice, it is still one:

  curl -sS ${url}/payments -H 'authorization: Bearer ${merchantToken}' -H 'content-type: application/json' -H 'idempotency-key: demo-${randomUUID()}' -d '{"amount":1999,"currency":"USD","payment_method":"card"}'

API: ${url}/docs    Stop: Ctrl-C
`;
}
