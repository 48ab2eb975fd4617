import { parseSafe } from './inexact.ts';
import type { ParseJson } from './read-by.ts';

/** A delivery as it arrived: the body byte for byte, before any parser had it. */
export type Delivery = Readonly<{
  body: string | Uint8Array;
  /** Of `fetch`, Node or Express: names in lower case where they are an object. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
}>;

export type WebhookOptions = Readonly<{
  /** `whsec_…` as the endpoint was given; several while one is rotated. */
  secrets: string | readonly string[];
  /** How old a delivery, or how far ahead of this clock, may be: 5 minutes. */
  toleranceSeconds?: number;
  /** In place of this machine's clock; ms since the epoch. */
  now?: number;
  /** Reads the body, in place of `JSON.parse` and the refusal of what it would round. */
  parseJson?: ParseJson;
}>;

/** What a delivery says. `id` is that of the event: the same event may be delivered more than once. */
export type WebhookEvent = Readonly<{
  id: string;
  event_type: string;
  created: string;
  data: Readonly<Record<string, unknown>>;
}>;

/** The delivery is not to be believed: its sender did not have the secret, or it was sent long ago. */
export class WebhookNotGenuine extends Error {
  override readonly name = 'WebhookNotGenuine';
}

/**
 * The event of a delivery that was signed by one of the secrets, and not long ago (Standard Webhooks); rejects with `WebhookNotGenuine` otherwise, and with
 * `PaywrightInexactNumber` where a whole number of it is beyond 2^53.
 */
export async function verifyWebhook(
  { body, headers }: Delivery,
  { secrets, toleranceSeconds = 300, now = Date.now(), parseJson = parseSafe }: WebhookOptions,
): Promise<WebhookEvent> {
  const header = (name: string) => headerOf(headers, name);
  const id = header('webhook-id');
  const timestamp = header('webhook-timestamp');
  if (!/^\d{1,12}$/.test(timestamp) || id === '') throw new WebhookNotGenuine('It is not signed');
  if (Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds)
    throw new WebhookNotGenuine('It was not signed just now');
  const bytes = typeof body === 'string' ? ENCODER.encode(body) : body;
  const signed = joined(ENCODER.encode(`${id}.${timestamp}.`), bytes);
  const signatures = signaturesIn(header('webhook-signature'));
  // Every pair is looked at, so that time says nothing of which one fits.
  let genuine = false;
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    const key = await keyOf(secret);
    for (const signature of signatures)
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) genuine = true;
  }
  if (!genuine) throw new WebhookNotGenuine('No signature is of a secret that is known here');
  return parseJson(new TextDecoder().decode(bytes)) as WebhookEvent;
}

const ENCODER = new TextEncoder();

/** More than an endpoint's secrets can make, and few enough to look at in no time. */
const MOST_SIGNATURES = 10;

const signaturesIn = (header: string) =>
  header
    .split(' ')
    .slice(0, MOST_SIGNATURES)
    .filter((part) => part.startsWith('v1,'))
    .flatMap((part) => base64(part.slice(3)) ?? []);

/** By WebCrypto, whose `verify` compares in constant time. */
function keyOf(secret: string) {
  const bytes = base64(secret.replace(/^whsec_/, ''));
  if (bytes === undefined || bytes.length === 0)
    throw new TypeError('A secret is `whsec_` and Base64 behind it');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function base64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function headerOf(headers: Delivery['headers'], name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? '';
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
