import { createHmac, type KeyObject } from 'node:crypto';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import { SECRET } from './http-app.ts';

const secret = Buffer.from(SECRET);

/** A token signed under the secret of the tests, or under a key. */
export const sign = (claims: object, header: object = {}, key: Uint8Array | KeyObject = secret) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', ...header } as JWTHeaderParameters).sign(key);
/** A part of a token. */
export const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token whose header no library would make, rightly signed. */
export const forge = (header: object, claims: object, key: string | Buffer = SECRET) => {
  const signed = `${base64(header)}.${base64(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
};
