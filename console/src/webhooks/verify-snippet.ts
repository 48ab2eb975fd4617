import type { Schemas } from '../api/api.ts';

type Sent = Schemas['WebhookDeliveryWithRequest']['request'];

/**
 * A command for a shell with Node: it says whether an attempt was signed with the secret in `WEBHOOK_SECRET`, and ends with 1 where it
 * was not. `headers` are the attempt's own; where they were not kept, it has places for what the receiver was sent.
 */
export function verifySnippet({ headers: shared, body }: Sent, headers?: Sent['headers']): string {
  const id = shared['webhook-id'] ?? '';
  const arrived = (name: string) => JSON.stringify(headers?.[name] ?? `<${name} as it arrived>`);
  return `node --input-type=module <<'PROGRAM'
import { createHmac } from 'node:crypto';

const id = ${JSON.stringify(id)};
const timestamp = ${arrived('webhook-timestamp')};
const signatures = ${arrived('webhook-signature')};
const body = ${JSON.stringify(body)};

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64');
const own = createHmac('sha256', key).update([id, timestamp, body].join('.')).digest('base64');
const isGenuine = signatures.split(' ').includes('v1,' + own);
console.log(isGenuine ? 'genuine' : 'not signed with this secret');
process.exitCode = isGenuine ? 0 : 1;
PROGRAM
`;
}
