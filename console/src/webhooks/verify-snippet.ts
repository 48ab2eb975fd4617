import type { Schemas } from '../api/api.ts';

type Sent = Schemas['WebhookDeliveryWithRequest']['request'];

/** What of an attempt is its own, which the receiver has alone. */
export const OF_THE_ATTEMPT = ['webhook-timestamp', 'webhook-signature'] as const;

/**
 * A program for Node that says whether a request with this body is from here. The time and the signature of an attempt are not kept, so that it has
 * places for what the receiver was sent.
 */
export function verifySnippet({ headers, body }: Sent): string {
  const id = headers['webhook-id'] ?? '';
  return `import { verifyWebhook } from 'paywright-client/webhooks';

const event = await verifyWebhook(
  {
    body: ${JSON.stringify(body)},
    headers: {
      'webhook-id': ${JSON.stringify(id)},
${OF_THE_ATTEMPT.map((name) => `      '${name}': '<${name} as it arrived>',`).join('\n')}
    },
  },
  // Of a request that was sent long ago the age is no fault.
  { secrets: process.env.WEBHOOK_SECRET ?? '', toleranceSeconds: Infinity },
);
console.log('genuine', event.id);
`;
}
