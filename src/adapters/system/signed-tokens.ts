import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SignedTokens } from '../../ports/signed-tokens.ts';

/** HMAC-SHA-256, keyed from the installation's secret. A token is `base64url(text).base64url(mac)`. */
export function systemSignedTokens(secret: string): SignedTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'paywright/seal', 32));
  const macOf = (body: string, context: string) =>
    createHmac('sha256', key).update(`${body}.${context}`).digest();
  return {
    seal(text, context) {
      const body = Buffer.from(text).toString('base64url');
      return `${body}.${macOf(body, context).toString('base64url')}`;
    },
    open(token, context) {
      const [body = '', mac = '', ...rest] = token.split('.');
      const given = Buffer.from(mac, 'base64url');
      const wanted = macOf(body, context);
      // Compared as text too: base64url has several spellings of one value, and a token has one.
      const genuine =
        rest.length === 0 &&
        given.length === wanted.length &&
        timingSafeEqual(given, wanted) &&
        mac === wanted.toString('base64url');
      return genuine ? Buffer.from(body, 'base64url').toString() : undefined;
    },
  };
}
