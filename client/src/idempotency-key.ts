const HEADER = 'idempotency-key';

/** A new key of 128 random bits, for what has to be on record before it is sent. Of letters alone: digits by chance could pass for a card number, which no key may. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `key_${Array.from(bytes, (byte) => String.fromCharCode(97 + (byte & 15))).join('')}`;
}

/** The key that a request is sent under in every attempt; absent: it is sent once, or changes nothing anyway. */
export function keyFor({ method, headers }: Request, body: string | undefined): string | undefined {
  const given = headers.get(HEADER) ?? keyIn(body);
  return given ?? (method === 'POST' ? newIdempotencyKey() : undefined);
}

/** One in the body counts too, and a header beside it would contradict it. */
export const hasKeyInBody = (body: string | undefined): boolean => keyIn(body) !== undefined;

function keyIn(body: string | undefined): string | undefined {
  if (body?.includes('"idempotency_key"') !== true) return undefined;
  try {
    const { idempotency_key } = JSON.parse(body) as Readonly<{ idempotency_key?: unknown }>;
    return typeof idempotency_key === 'string' ? idempotency_key : undefined;
  } catch {
    return undefined;
  }
}
