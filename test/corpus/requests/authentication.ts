import type { Caller } from '../callers.ts';
import { type CorpusGroup, get, post, request } from '../corpus-request.ts';
import { card, long } from './bodies.ts';

const refused: readonly Caller[] = [
  'anonymous',
  'forger',
  'unsigned',
  'expired',
  'endless',
  'early',
  'otherIssuer',
  'otherAudience',
  'withoutSubject',
  'blankName',
  'idToken',
  'oddPermissions',
  'badlyNamed',
  'badVendor',
  'nameless',
];

const headers = {
  'basic credentials': 'Basic dXNlcjpwYXNz',
  'no token': 'Bearer',
  'a token of one part': 'Bearer abc',
  'a token of five parts': 'Bearer a.b.c.d.e',
  'two tokens': 'Bearer a.b.c, Bearer a.b.c',
  'a token that is too long': `Bearer ${long(8_200)}.b.c`,
};

/** Every route of a tenant, with its path. */
const guarded: readonly (readonly [string, string])[] = [
  ['POST', '/payments'],
  ['POST', '/payments/batch'],
  ['GET', '/payments/export'],
  ['POST', '/customers'],
  ['GET', '/customers?email=a@b'],
  ['GET', '/customers/x'],
  ['PATCH', '/customers/x'],
  ['DELETE', '/customers/x'],
  ['POST', '/customers/x/payment_methods'],
  ['DELETE', '/customers/x/payment_methods/y'],
  ['POST', '/merchants'],
  ['GET', '/merchants'],
  ['GET', '/merchants/x'],
  ['PATCH', '/merchants/x'],
  ['POST', '/transfers'],
  ['GET', '/transfers/x'],
  ['GET', '/balance'],
  ['GET', '/ledger/entries'],
  ['GET', '/refunds'],
  ['GET', '/audit'],
  ['GET', '/audit/report'],
  ['POST', '/webhook_endpoints'],
  ['GET', '/webhook_endpoints'],
  ['GET', '/webhook_endpoints/x'],
  ['PATCH', '/webhook_endpoints/x'],
  ['DELETE', '/webhook_endpoints/x'],
  ['POST', '/webhook_endpoints/x/rotate_secret'],
  ['POST', '/webhook_endpoints/x/test'],
  ['POST', '/webhook_endpoints/x/replay_failed'],
  ['GET', '/webhook_deliveries'],
  ['GET', '/webhook_deliveries/x'],
  ['POST', '/webhook_deliveries/x/replay'],
];

/** Which tokens are accepted, and which permission each route requires. Everything here ends before a body is read. */
export const authentication: CorpusGroup = {
  as: 'merchant',
  requests: [
    ...refused.map((as) => get(`payments for ${as}`, '/payments', { as })),
    ...Object.entries(headers).map(([what, authorization]) =>
      get(`payments for ${what}`, '/payments', { as: 'anonymous', headers: { authorization } }),
    ),
    get('payments for one of two audiences', '/payments', { as: 'amongAudiences' }),
    get('payments for a client of Cognito', '/payments', { as: 'cognitoClient' }),
    get('payments for a person without a merchant', '/payments', { as: 'dispatcher' }),
    post('a bad body without a token', '/payments', '{', { as: 'anonymous' }),
    ...guarded.map(([method, path]) =>
      request(method, `${method} ${path} without a token`, path, { as: 'anonymous' }),
    ),
    ...guarded.map(([method, path]) =>
      request(method, `${method} ${path} for the powerless`, path, { as: 'powerless' }),
    ),
    get('its own merchant for the powerless', '/merchant', { as: 'powerless' }),
    get('no merchant of its own for an admin', '/merchant', { as: 'root' }),
    get('merchants are not for tenants', '/merchants'),
    post('payments are not for admins', '/payments', card(), { as: 'root', key: 'k' }),
    get('a request id that is kept', '/payments/1', { headers: { 'x-request-id': 'a.b_c-1' } }),
    get('a request id that is not', '/payments/1', { headers: { 'x-request-id': 'a b' } }),
    get('a request id that is too long', '/payments/1', { headers: { 'x-request-id': long(129) } }),
    get('a request id that is a card number', '/payments/1', {
      headers: { 'x-request-id': '4242424242424242' },
    }),
    get('no request id', '/payments/1', { headers: { 'x-request-id': '' } }),
    get('a request from another origin', '/payments', { headers: { origin: 'https://evil.test' } }),
  ],
};
