import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { PaywrightClient } from '../../../client/src/client.ts';
import { type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import { signatureHeaders, signaturesOf, type WebhookHmac } from '../../domain/webhooks/webhook-signature.ts';

/** As long as a server waits for a receiver. */
const PATIENCE_MS = 10_000;

/** What the receiver at `to` answered to a delivery that is passed on as it came; 502 where it did not. */
export function forwarded(to: string, body: string, headers: IncomingHttpHeaders): Promise<number> {
  const passed = Object.entries(headers).filter(([name]) =>
    /^(?:x-)?webhook-|^(?:content-type|user-agent)$/.test(name),
  );
  return fetch(to, {
    method: 'POST',
    headers: passed.map(([name, value]) => [name, String(value)] as [string, string]),
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => 502,
  );
}

const hmac: WebhookHmac = {
  hex: (key, text) => createHmac('sha256', key).update(text).digest('hex'),
  base64: (key, text) => createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64'),
};

/** A list is newest first, so that all of it is held before the oldest is sent. */
const MOST_EVENTS = 10_000;

/**
 * Sends the events of at or after a time to `url`, the oldest first, each signed now with `secret` as a delivery is: a new endpoint is sent
 * none of before it. Gives how many there were.
 */
export async function deliverSince(
  client: PaywrightClient,
  since: Instant,
  { url, secret }: Readonly<{ url: string; secret: string }>,
): Promise<number> {
  const bodies: Readonly<{ id: string; body: string }>[] = [];
  const params = { query: { start_date: rfc3339(since), limit: 100 } };
  for await (const { id, event_type, created, data } of client.items('/events', { params })) {
    bodies.push({ id, body: JSON.stringify({ id, event_type, created, data }) });
    if (bodies.length === MOST_EVENTS) break;
  }
  for (const { id, body } of bodies.toReversed()) {
    const content = { eventId: id, at: Date.now(), body };
    const headers = signatureHeaders(content, signaturesOf(content, [secret], hmac));
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    await response.body?.cancel();
  }
  return bodies.length;
}
