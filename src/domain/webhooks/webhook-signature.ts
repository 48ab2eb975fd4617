import type { Instant } from '../kernel/instant.ts';

/** What proves to a receiver where a request comes from. */
export type WebhookHmac = Readonly<{
  /** HMAC-SHA-256 of a text under the text `key`, as lower-case hex. */
  hex(key: string, text: string): string;
  /** HMAC-SHA-256 of a text under the bytes that `base64Key` stands for, as base64. */
  base64(base64Key: string, text: string): string;
}>;

/** Begins every secret, so that one is known for what it is wherever it turns up. */
export const SECRET_PREFIX = 'whsec_';

/** The headers that are the same in every attempt. */
export const sentHeaders = (eventId: string) => ({
  'Content-Type': 'application/json',
  'User-Agent': 'paywright-webhooks/1',
  'X-Webhook-ID': eventId,
  'webhook-id': eventId,
});

/** What one attempt is about. `eventId` is the same in every attempt. */
export type SignedContent = Readonly<{ eventId: string; at: Instant; body: string }>;

/**
 * The headers that sign a body, in two ways beside each other. `X-Webhook-Signature` is the hex HMAC of
 * `timestamp.body` under the secret as shown, prefix included. `webhook-signature` is that of Standard Webhooks: `v1,`
 * and the base64 HMAC of `id.timestamp.body` under the bytes behind the prefix.
 *
 * `secrets` are those that sign now, the newest first. While rotations overlap, the older ones' signatures follow in
 * `webhook-signature` behind spaces, as that standard has it, and stand in `X-Webhook-Signature-Previous`, separated by
 * commas. `X-Webhook-Signature` is one signature always, so that a receiver that compares it as a whole keeps working.
 */
export function signatureHeaders(
  { eventId, at, body }: SignedContent,
  secrets: readonly string[],
  hmac: WebhookHmac,
): Readonly<Record<string, string>> {
  const timestamp = `${Math.floor(at / 1_000)}`;
  const [current = '', ...previous] = secrets.map((secret) => hmac.hex(secret, `${timestamp}.${body}`));
  const standard = secrets.map((secret) => {
    const key = secret.slice(SECRET_PREFIX.length);
    return `v1,${hmac.base64(key, `${eventId}.${timestamp}.${body}`)}`;
  });
  return {
    'X-Webhook-ID': eventId,
    'X-Webhook-Timestamp': timestamp,
    'X-Webhook-Signature': current,
    ...(previous.length === 0 ? {} : { 'X-Webhook-Signature-Previous': previous.join(', ') }),
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': standard.join(' '),
  };
}
