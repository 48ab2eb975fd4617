import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

type Bytes = string | ArrayBuffer | ArrayBufferView;

/**
 * SHA-256, or its HMAC under a secret, as the SDK's client is configured with it. The SDK's own gives Node the bytes of its
 * key with every request, and making a key of them costs more than the rest of the signature.
 */
// The SDK makes one with `new`, for which a function that returns it will do.
export const SigningHash = signingHash as unknown as NonNullable<DynamoDBClientConfig['sha256']>;

function signingHash(secret?: Bytes) {
  const hash = hashUnder(secret);
  return {
    update: (chunk: Bytes): void => void hash.update(binary(chunk)),
    digest: (): Promise<Uint8Array> => Promise.resolve(hash.digest()),
  };
}

const hashUnder = (secret: Bytes | undefined) =>
  secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));

/** The SDK keeps the bytes of a day's signing key, so that a key is made of them once. */
const keys = new WeakMap<object, KeyObject>();

function keyOf(secret: Bytes): string | KeyObject {
  if (typeof secret === 'string') return secret;
  const key = keys.get(secret) ?? createSecretKey(binary(secret));
  keys.set(secret, key);
  return key;
}

function binary(bytes: ArrayBuffer | ArrayBufferView): Uint8Array;
function binary(bytes: Bytes): string | Uint8Array;
function binary(bytes: Bytes): string | Uint8Array {
  if (typeof bytes === 'string') return bytes;
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}
