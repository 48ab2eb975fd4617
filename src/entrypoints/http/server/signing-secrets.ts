import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { ok, okAsync, type ResultAsync } from 'neverthrow';
import type { SecretUnusable, TokenSecrets } from '../../../ports/secrets.ts';

/**
 * The key that signed a compact HS256 token, of those that are accepted; undefined when none did, also after they were asked for
 * once more. It judges the signature alone.
 */
export function signingSecrets(
  secrets: TokenSecrets,
): (token: string) => ResultAsync<KeyObject | undefined, SecretUnusable> {
  let known: Readonly<{ texts: readonly string[]; keys: readonly KeyObject[] }> = { texts: [], keys: [] };

  function keysOf(texts: readonly string[]): readonly KeyObject[] {
    if (known.texts !== texts)
      known = { texts, keys: texts.map((text) => createSecretKey(Buffer.from(text))) };
    return known.keys;
  }

  return (token) => {
    const cut = token.lastIndexOf('.');
    const signed = token.slice(0, cut);
    const signature = Buffer.from(token.slice(cut + 1), 'base64url');
    const signerAmong = (texts: readonly string[]) =>
      keysOf(texts).find((key) => isSame(signature, createHmac('sha256', key).update(signed).digest()));

    return secrets.accepted().andThen((texts) => {
      const signer = signerAmong(texts);
      if (signer !== undefined) return okAsync(signer);
      return secrets
        .changedFrom(texts)
        .andThen((changed) => ok(changed === texts ? undefined : signerAmong(changed)));
    });
  };
}

const isSame = (some: Buffer, other: Buffer): boolean =>
  some.length === other.length && timingSafeEqual(some, other);
