import { createHmac, generateKeyPairSync } from 'node:crypto';
import { CompactEncrypt, FlattenedSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import { base64, forge, sign } from '../../../support/bearer-tokens.ts';
import { AUDIENCE, anHttpApp, goodClaims, ISSUER, SECRET } from '../../../support/http-app.ts';

const secret = Buffer.from(SECRET);
const seconds = () => Math.floor(Date.now() / 1_000);

async function statusOf(authorization: string | undefined): Promise<Response> {
  const { app } = await anHttpApp();
  return app.request('/payments', authorization === undefined ? {} : { headers: { authorization } });
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });

describe('a token is believed', () => {
  it.each<readonly [string, () => object]>([
    ['with every claim', () => goodClaims()],
    ['that expired less than a minute ago', () => goodClaims({ exp: seconds() - 50 })],
    ['that begins in less than a minute', () => goodClaims({ nbf: seconds() + 50, iat: seconds() + 50 })],
    ['for several audiences, ours among them', () => goodClaims({ aud: ['other', AUDIENCE] })],
    [
      'of Cognito for our client',
      () => goodClaims({ aud: undefined, token_use: 'access', client_id: AUDIENCE }),
    ],
  ])('%s', async (_, claims) => {
    expect((await statusOf(`Bearer ${await sign(claims())}`)).status).toBe(200);
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])('of the type %j', async (typ) => {
    const token = forge({ alg: 'HS256', typ }, goodClaims());
    expect((await statusOf(`Bearer ${token}`)).status).toBe(200);
  });

  it('whatever the case of the scheme', async () => {
    expect((await statusOf(`bearer ${await sign(goodClaims())}`)).status).toBe(200);
  });

  it('with its subject, merchant, permissions and roles', async () => {
    const verify = tokenVerifier({ kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE });
    for (const claims of [{ role: 'admin' }, { 'custom:role': 'admin' }, { 'cognito:groups': ['admin'] }]) {
      const given = goodClaims(claims);
      const verdict = await verify(`Bearer ${await sign(given)}`);
      expect(verdict._unsafeUnwrap()).toEqual({
        subject: 'user-1',
        // With the leeway that clocks are given.
        expiresAt: (given.exp + 60) * 1_000,
        identities: ['sub:user-1'],
        merchantId: 'merchant-1',
        permissions: new Set(['payments']),
        roles: ['admin'],
      });
    }
  });

  it('with every group of its subject, and the vendor its subject acts for', async () => {
    const verify = tokenVerifier({ kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE });
    const vendor = '0199F000-0000-7000-8000-00000000000A';
    const claims = goodClaims({ 'cognito:groups': ['dispatcher', 'admin'], 'custom:vendor_id': vendor });
    const verdict = await verify(`Bearer ${await sign(claims)}`);
    expect(verdict._unsafeUnwrap()).toMatchObject({
      roles: ['dispatcher', 'admin'],
      vendorId: vendor.toLowerCase(),
    });
  });
});

describe('a token is refused with 401', () => {
  it.each<readonly [string, () => string | undefined | Promise<string>]>([
    ['when there is none', () => undefined],
    ['when it is empty', () => 'Bearer '],
    ['under another scheme', async () => `Basic ${await sign(goodClaims())}`],
    ['when it is no token', () => 'Bearer a.b.c'],
    ['when sent twice', async () => `Bearer ${await sign(goodClaims())}, Bearer ${await sign(goodClaims())}`],
    ['without a signature: none', () => `Bearer ${base64({ alg: 'none' })}.${base64(goodClaims())}.`],
    ['without a signature: noNE', () => `Bearer ${base64({ alg: 'noNE' })}.${base64(goodClaims())}.x`],
    ['without a signature under HS256', () => `Bearer ${base64({ alg: 'HS256' })}.${base64(goodClaims())}.`],
    [
      'under another secret',
      async () => `Bearer ${await sign(goodClaims(), {}, Buffer.from('x'.repeat(40)))}`,
    ],
    ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'JOSE', 'at+jwt2', '', 1, null, ['JWT']].map(
      (typ) =>
        [
          `of the type ${JSON.stringify(typ)}, which is for another end`,
          () => `Bearer ${forge({ alg: 'HS256', typ }, goodClaims())}`,
        ] as const,
    ),
    ['under HS512', async () => `Bearer ${await sign(goodClaims(), { alg: 'HS512' })}`],
    ['under RS256', async () => `Bearer ${await sign(goodClaims(), { alg: 'RS256' }, rsa.privateKey)}`],
    [
      'when its claims were changed',
      async () =>
        `Bearer ${(await sign(goodClaims())).replace(/\.[^.]+\./, `.${base64(goodClaims({ merchant_id: 'merchant-2' }))}.`)}`,
    ],
    ['from another issuer', async () => `Bearer ${await sign(goodClaims({ iss: 'https://evil.test' }))}`],
    ['without an issuer', async () => `Bearer ${await sign(goodClaims({ iss: undefined }))}`],
    ['without an audience', async () => `Bearer ${await sign(goodClaims({ aud: undefined }))}`],
    ['for another audience', async () => `Bearer ${await sign(goodClaims({ aud: 'other' }))}`],
    [
      'for a list of other audiences',
      async () => `Bearer ${await sign(goodClaims({ aud: ['other', `${AUDIENCE}2`] }))}`,
    ],
    [
      'for an audience that is no text',
      async () => `Bearer ${forge({ alg: 'HS256' }, goodClaims({ aud: { [AUDIENCE]: 1 } }))}`,
    ],
    ['when it is a Cognito ID token', async () => `Bearer ${await sign(goodClaims({ token_use: 'id' }))}`],
    [
      'when it names another Cognito client',
      async () =>
        `Bearer ${await sign(goodClaims({ aud: undefined, token_use: 'access', client_id: 'other' }))}`,
    ],
    [
      'when it names our client and no use',
      async () => `Bearer ${await sign(goodClaims({ aud: undefined, client_id: AUDIENCE }))}`,
    ],
    ['when it expired', async () => `Bearer ${await sign(goodClaims({ exp: seconds() - 61 }))}`],
    [
      'when it expires at no time that a clock reaches',
      async () => {
        const claims = JSON.stringify(goodClaims({ exp: 1 })).replace('"exp":1', '"exp":1e400');
        const signed = `${base64({ alg: 'HS256' })}.${Buffer.from(claims).toString('base64url')}`;
        return `Bearer ${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
      },
    ],
    ['when it never expires', async () => `Bearer ${await sign(goodClaims({ exp: undefined }))}`],
    [
      'when its expiry is text',
      async () => `Bearer ${forge({ alg: 'HS256' }, goodClaims({ exp: `${seconds() + 600}` }))}`,
    ],
    ['before it begins', async () => `Bearer ${await sign(goodClaims({ nbf: seconds() + 70 }))}`],
    [
      'when it was issued in the future',
      async () => `Bearer ${await sign(goodClaims({ iat: seconds() + 70 }))}`,
    ],
    ['without a merchant', async () => `Bearer ${await sign(goodClaims({ merchant_id: undefined }))}`],
    [
      'with several merchants',
      async () => `Bearer ${await sign(goodClaims({ merchant_id: ['merchant-1'] }))}`,
    ],
    ['with an empty merchant', async () => `Bearer ${await sign(goodClaims({ merchant_id: '' }))}`],
    ['with a merchant that is no id', async () => `Bearer ${await sign(goodClaims({ merchant_id: 'a b' }))}`],
    ['without a subject', async () => `Bearer ${await sign(goodClaims({ sub: undefined }))}`],
    ['with a subject that is no text', () => `Bearer ${forge({ alg: 'HS256' }, goodClaims({ sub: 7 }))}`],
    [
      'with permissions that are no list',
      async () => `Bearer ${await sign(goodClaims({ permissions: 'payments' }))}`,
    ],
    ...['jku', 'x5u'].map(
      (name) =>
        [
          `that names keys of its own by ${name}`,
          () => `Bearer ${forge({ alg: 'HS256', [name]: 'https://evil.test/keys' }, goodClaims())}`,
        ] as const,
    ),
    [
      'that brings its key in jwk',
      () => `Bearer ${forge({ alg: 'HS256', jwk: { kty: 'oct', k: 'eA' } }, goodClaims())}`,
    ],
    ['that brings its key in x5c', () => `Bearer ${forge({ alg: 'HS256', x5c: ['eA'] }, goodClaims())}`],
    ...['../../etc/passwd', "' OR 1=1 --", '', 'k'.repeat(129), 7, null].map(
      (kid) =>
        [
          `with kid ${JSON.stringify(kid)}`,
          () => `Bearer ${forge({ alg: 'HS256', kid }, goodClaims())}`,
        ] as const,
    ),
    ['with an unknown crit', () => `Bearer ${forge({ alg: 'HS256', crit: ['exp'], exp: 1 }, goodClaims())}`],
    ['with crit b64', () => `Bearer ${forge({ alg: 'HS256', crit: ['b64'], b64: false }, goodClaims())}`],
    [
      'when it is encrypted',
      async () =>
        `Bearer ${await new CompactEncrypt(Buffer.from(JSON.stringify(goodClaims()))).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(secret.subarray(0, 32))}`,
    ],
    [
      'in JSON serialisation',
      async () =>
        `Bearer ${JSON.stringify(await new FlattenedSign(Buffer.from(JSON.stringify(goodClaims()))).setProtectedHeader({ alg: 'HS256' }).sign(secret))}`,
    ],
    [
      'when it is longer than 8 KiB',
      async () => `Bearer ${await sign(goodClaims({ padding: 'x'.repeat(8_192) }))}`,
    ],
    ['when its header is a list', () => `Bearer ${forge(['HS256'], goodClaims())}`],
    ['when its payload is a list', () => `Bearer ${forge({ alg: 'HS256' }, [1])}`],
  ])('%s', async (_, authorization) => {
    const response = await statusOf(await authorization());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await response.json()).toMatchObject({
      code: 'unauthenticated',
      detail: 'Send `Authorization: Bearer …` with a token that is valid for this service.',
    });
  });
});

describe('a token without the permission', () => {
  it.each([[[]], [['refunds']], [undefined], [['Payments']]])(
    '%j is refused with 403',
    async (permissions) => {
      const response = await statusOf(`Bearer ${await sign(goodClaims({ permissions }))}`);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'permission_missing' });
    },
  );

  it('is refused before its body is looked at', async () => {
    const { app } = await anHttpApp();
    const authorization = `Bearer ${await sign(goodClaims({ permissions: [] }))}`;
    const response = await app.request('/payments', {
      method: 'POST',
      headers: { authorization },
      body: '{',
    });
    expect(response.status).toBe(403);
  });
});
