import { SignJWT } from 'jose';
import { aToken, goodClaims, SECRET } from '../support/http-app.ts';

const TENANT = ['payments', 'refunds', 'customers', 'transfers', 'exports', 'audit', 'webhooks'];

const tenant = (merchant_id: string, permissions: readonly string[] = TENANT) => ({
  merchant_id,
  permissions,
});
const person = (sub: string, claims: Readonly<Record<string, unknown>> = {}) => ({
  sub,
  merchant_id: undefined,
  permissions: [],
  ...claims,
});
const now = Math.floor(Date.now() / 1_000);

/** Claims laid over those of a good token; `undefined` takes one away. */
const CLAIMS = {
  merchant: tenant('merchant-1'),
  other: tenant('merchant-2', [...TENANT, 'settlements', 'resolutions']),
  limited: tenant('limited'),
  suspended: tenant('suspended'),
  unknown: tenant('merchant-absent', [...TENANT, 'settlements']),
  metered: tenant('metered'),
  cashier: tenant('merchant-1', ['payments']),
  treasurer: tenant('merchant-1', ['settlements']),
  controller: { ...tenant('merchant-1', ['settlements']), sub: 'controller' },
  resolver: { ...tenant('merchant-1', ['payments', 'resolutions']), sub: 'resolver' },
  confirmer: { ...tenant('merchant-1', ['payments', 'resolutions', 'audit']), sub: 'confirmer' },
  powerless: tenant('merchant-1', []),
  root: { merchant_id: undefined, permissions: ['admin'] },
  nameless: { merchant_id: undefined, permissions: TENANT },
  badlyNamed: { merchant_id: 'merchant 1' },
  expired: { exp: now - 3_600 },
  endless: { exp: undefined },
  early: { iat: now + 3_600 },
  otherIssuer: { iss: 'https://elsewhere.test' },
  otherAudience: { aud: 'another-service' },
  amongAudiences: { aud: ['another-service', 'paywright'] },
  withoutSubject: { sub: undefined },
  blankName: { sub: 'a b' },
  idToken: { token_use: 'id' },
  cognitoClient: { aud: undefined, token_use: 'access', client_id: 'paywright' },
  oddPermissions: { permissions: 'payments' },
  maker: person('maker', { role: 'dispatcher' }),
  dispatcher: person('dispatcher-1', { role: 'dispatcher' }),
  dispatcher2: person('dispatcher-2', { 'custom:role': 'dispatcher' }),
  boss: person('admin-1', { 'cognito:groups': ['admin', 'golfers'] }),
  boss2: person('admin-2', { role: 'admin' }),
  system: person('incident-service', { role: 'system' }),
  vendor: person('vendor-1', { role: 'vendor', vendor_id: '00000000-0000-4000-8000-000000000101' }),
  vendorBySubject: person('00000000-0000-4000-8000-000000000102', { role: 'vendor' }),
  vendorOfNothing: person('vendor-3', { role: 'vendor' }),
  badVendor: person('vendor-4', { role: 'vendor', vendor_id: 'acme' }),
  roleless: person('person-1'),
  oddRole: person('person-1', { role: ['admin'] }),
  otherRole: person('person-1', { role: 'janitor' }),
} as const satisfies Record<string, Readonly<Record<string, unknown>>>;

/** A token of these claims; `anonymous` sends none, `forger` and `unsigned` one that is not signed by the issuer. */
export type Caller = keyof typeof CLAIMS | 'anonymous' | 'forger' | 'unsigned';

/** The value of the header `Authorization`, made anew, as tokens live for minutes. */
export async function authorizationOf(caller: Caller): Promise<string | undefined> {
  if (caller === 'anonymous') return undefined;
  if (caller === 'forger') return `Bearer ${await signed(goodClaims(), `not ${SECRET}`)}`;
  if (caller === 'unsigned') {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `Bearer ${part({ alg: 'none' })}.${part(goodClaims())}.x`;
  }
  return `Bearer ${await aToken(CLAIMS[caller])}`;
}

const signed = (claims: Readonly<Record<string, unknown>>, secret: string): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
