import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JwtSettings, tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import { emulatorUrl, hasEmulator } from '../../../support/aws-emulators.ts';
import { sign } from '../../../support/bearer-tokens.ts';

const REGION = 'eu-central-1';
const CLIENT = '4h57kdf0client';

/** As a pool's ids of keys are. */
const BASE64_KEY_ID = 'qjkyWk84OTr4YVh4yu+MH9U9d5eMO3mSmPqu1/8zPJ8=';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const issuer = `https://cognito-idp.${REGION}.amazonaws.com/${REGION}_Pool00001`;
const seconds = () => Math.floor(Date.now() / 1_000);

/** An access token as Cognito makes it, with what a pre-token trigger of version 2 adds. */
const accessToken = (claims: object = {}, kid = 'pool-1') =>
  sign(
    {
      sub: '7c1f0c5e-0000-4000-8000-000000000001',
      'cognito:groups': ['dispatcher', 'night-shift'],
      iss: issuer,
      version: 2,
      client_id: CLIENT,
      origin_jti: '2f6e4a5b-0000-4000-8000-000000000002',
      token_use: 'access',
      scope: 'openid',
      auth_time: seconds(),
      exp: seconds() + 3_600,
      iat: seconds(),
      jti: '5c0b1f6e-0000-4000-8000-000000000003',
      username: 'ann',
      merchant_id: 'merchant-1',
      permissions: ['payments', 'refunds'],
      ...claims,
    },
    { alg: 'RS256', kid },
    rsa.privateKey,
  );

describe('access tokens of a Cognito pool', () => {
  const server = createServer((_, response) => {
    const key = { ...rsa.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
    response.end(JSON.stringify({ keys: ['pool-1', BASE64_KEY_ID].map((kid) => ({ ...key, kid })) }));
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  type Terms = Readonly<{ audience?: string; clientIds?: readonly string[] }>;
  const verdictOn = async (claims: object, terms: Terms = { clientIds: ['other', CLIENT] }) =>
    tokenVerifier({ kind: 'jwks', url, issuer, ...terms })(`Bearer ${await accessToken(claims)}`);
  const isTaken = async (claims: object, terms?: Terms) => (await verdictOn(claims, terms)).isOk();

  it('name who asks, in groups as roles, and what the trigger has added', async () => {
    expect((await verdictOn({}))._unsafeUnwrap()).toEqual({
      subject: '7c1f0c5e-0000-4000-8000-000000000001',
      expiresAt: expect.any(Number),
      identities: ['sub:7c1f0c5e-0000-4000-8000-000000000001'],
      merchantId: 'merchant-1',
      permissions: new Set(['payments', 'refunds']),
      roles: ['dispatcher', 'night-shift'],
    });
  });

  it('are taken for the clients that are named, and for no other', async () => {
    expect(await isTaken({ client_id: 'other' })).toBe(true);
    for (const client_id of ['another', '', undefined, ['other'], `${CLIENT} `])
      expect([client_id, await isTaken({ client_id })]).toEqual([client_id, false]);
    expect(await isTaken({}, { audience: CLIENT })).toBe(true);
    expect(await isTaken({}, { audience: 'another' })).toBe(false);
  });

  it('are taken under a key whose id is base64, with its plus, its slash and its padding', async () => {
    const verifier = tokenVerifier({ kind: 'jwks', url, issuer, clientIds: [CLIENT] });
    expect((await verifier(`Bearer ${await accessToken({}, BASE64_KEY_ID)}`)).isOk()).toBe(true);
  });

  it('are access tokens alone', async () => {
    for (const token_use of ['id', 'refresh', undefined, ['access'], 'Access'])
      expect([token_use, await isTaken({ token_use })]).toEqual([token_use, false]);
    // An id token names its client as its audience.
    expect(await isTaken({ token_use: 'id', aud: CLIENT, client_id: undefined })).toBe(false);
    expect(await isTaken({ token_use: 'id', aud: CLIENT }, { audience: CLIENT })).toBe(false);
  });

  it('are of this pool', async () => {
    expect(await isTaken({ iss: `${issuer}2` })).toBe(false);
  });

  it('bound to a resource are for the audience that is set, and for none when none is', async () => {
    const aud = 'https://api.example';
    expect(await isTaken({ aud })).toBe(false);
    expect(await isTaken({ aud }, { clientIds: [CLIENT], audience: aud })).toBe(true);
    expect(await isTaken({ aud }, { clientIds: ['another'], audience: aud })).toBe(false);
  });
});

/** A call to Cognito on the emulator. */
async function cognito<Reply>(endpoint: string, action: string, input: object): Promise<Reply> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/cognito-idp/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${action}: ${text}`);
  return JSON.parse(text) as Reply;
}

type Tokens = Readonly<{ AuthenticationResult: Readonly<{ AccessToken: string; IdToken: string }> }>;

/** A pool of one's own with two clients, and the tokens of a dispatcher who logged in at the first. */
async function aPool(endpoint: string) {
  const call = <Reply>(action: string, input: object) => cognito<Reply>(endpoint, action, input);
  const { UserPool } = await call<Readonly<{ UserPool: Readonly<{ Id: string }> }>>('CreateUserPool', {
    PoolName: 'people',
  });
  const UserPoolId = UserPool.Id;
  const newClient = async (ClientName: string) =>
    (
      await call<Readonly<{ UserPoolClient: Readonly<{ ClientId: string }> }>>('CreateUserPoolClient', {
        UserPoolId,
        ClientName,
      })
    ).UserPoolClient.ClientId;
  const [ClientId, otherClient] = [await newClient('console'), await newClient('other')];
  const [Username, Password] = ['ann', 'Correct-Horse-1'];
  await call('AdminCreateUser', { UserPoolId, Username });
  await call('AdminSetUserPassword', { UserPoolId, Username, Password, Permanent: true });
  await call('CreateGroup', { UserPoolId, GroupName: 'dispatcher' });
  await call('AdminAddUserToGroup', { UserPoolId, Username, GroupName: 'dispatcher' });
  const { AuthenticationResult } = await call<Tokens>('AdminInitiateAuth', {
    UserPoolId,
    ClientId,
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: Username, PASSWORD: Password },
  });
  const url = `${endpoint}/${UserPoolId}/.well-known/jwks.json`;
  return { ...AuthenticationResult, url, client: ClientId, otherClient };
}

describe.runIf(hasEmulator('moto'))('tokens that a Cognito pool made', () => {
  it('are taken by their keys, client and use, and those of other pools and clients are not', async () => {
    const endpoint = await emulatorUrl('moto');
    const [pool, otherPool] = [await aPool(endpoint), await aPool(endpoint)];
    const ours: JwtSettings = {
      kind: 'jwks',
      url: pool.url,
      issuer: decodeJwt(pool.AccessToken).iss ?? '',
      clientIds: [pool.client],
    };
    const verdict = async (token: string, settings: JwtSettings = ours) =>
      tokenVerifier(settings)(`Bearer ${token}`);
    const { sub } = decodeJwt(pool.AccessToken);
    expect((await verdict(pool.AccessToken))._unsafeUnwrap()).toMatchObject({
      subject: sub,
      roles: ['dispatcher'],
    });
    for (const [token, settings] of [
      [pool.IdToken, ours],
      [pool.IdToken, { ...ours, audience: pool.client }],
      [otherPool.AccessToken, ours],
      [pool.AccessToken, { ...ours, clientIds: [pool.otherClient] }],
      [pool.AccessToken, { ...ours, issuer: decodeJwt(otherPool.AccessToken).iss ?? '' }],
    ] as const)
      expect((await verdict(token, settings))._unsafeUnwrapErr().kind).toBe('Unauthenticated');
  });
});
