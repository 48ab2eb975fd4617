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
 * What one secret makes of an attempt. `hex` is the HMAC of `timestamp.body` under the secret as shown, prefix included. `base64` is
 * that of Standard Webhooks: of `id.timestamp.body` under the bytes behind the prefix.
 */
export type Signature = Readonly<{ hex: string; base64: string }>;

/** `secrets` are those that sign now, the newest first; so are the signatures. */
export function signaturesOf(
  { eventId, at, body }: SignedContent,
  secrets: readonly string[],
  hmac: WebhookHmac,
): readonly Signature[] {
  const timestamp = timestampOf(at);
  return secrets.map((secret) => ({
    hex: hmac.hex(secret, `${timestamp}.${body}`),
    base64: hmac.base64(secret.slice(SECRET_PREFIX.length), `${eventId}.${timestamp}.${body}`),
  }));
}

const timestampOf = (at: Instant): string => `${Math.floor(at / 1_000)}`;

/**
 * The headers that sign an attempt, in two ways beside each other. While rotations overlap, the older secrets' signatures follow in
 * `webhook-signature` behind spaces, as that standard has it, and stand in `X-Webhook-Signature-Previous`, separated by
 * commas. `X-Webhook-Signature` is one signature always, so that a receiver that compares it as a whole keeps working.
 */
export function signatureHeaders(
  { eventId, at }: Omit<SignedContent, 'body'>,
  signatures: readonly Signature[],
): Readonly<Record<string, string>> {
  const timestamp = timestampOf(at);
  const [current = '', ...previous] = signatures.map(({ hex }) => hex);
  const standard = signatures.map(({ base64 }) => `v1,${base64}`);
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
