import { type MerchantId, parseMerchantId } from '../../../domain/kernel/ids.ts';

const LONGEST_TOKEN = 8 * 1024;

/**
 * The merchant a bearer token names, whether or not the token is any good: nothing is verified, so it is only fit to
 * say which merchant a refused token claimed. Undefined when no well-formed merchant id can be read from it.
 */
export function claimedMerchant(authorization = ''): MerchantId | undefined {
  if (authorization.length > LONGEST_TOKEN) return undefined;
  const payload = /^Bearer +[\w-]*\.([\w-]+)(?:\.|$)/i.exec(authorization)?.[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const named = (claims as Readonly<Record<string, unknown>> | null)?.['merchant_id'];
    return typeof named === 'string' ? parseMerchantId(named) : undefined;
  } catch {
    return undefined;
  }
}
