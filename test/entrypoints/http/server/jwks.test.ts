import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import { forge, sign } from '../../../support/bearer-tokens.ts';
import { AUDIENCE, anHttpApp, goodClaims, ISSUER } from '../../../support/http-app.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An issuer's key endpoint, and how often it was asked. */
async function aKeyServer(answer: () => Readonly<{ status?: number; body: string; delayMs?: number }>) {
  const asked = { times: 0 };
  const server = createServer((_, response) => {
    asked.times++;
    const { status = 200, body, delayMs = 0 } = answer();
    setTimeout(() => response.writeHead(status, { 'content-type': 'application/json' }).end(body), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, asked };
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEYS = JSON.stringify({
  keys: [
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-1', alg: 'RS256', use: 'sig' },
    { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec-1', alg: 'ES256', use: 'sig' },
  ],
});

async function aJwksVerifier(
  answer: Parameters<typeof aKeyServer>[0] = () => ({ body: KEYS }),
  now?: () => number,
) {
  const { url, asked } = await aKeyServer(answer);
  return {
    verify: tokenVerifier(
      { kind: 'jwks', url, issuer: ISSUER, audience: AUDIENCE },
      now === undefined ? {} : { now },
    ),
    asked,
  };
}

const kindOf = async (verdict: ReturnType<ReturnType<typeof tokenVerifier>>) =>
  verdict.match(
    () => 'ok',
    ({ kind }) => kind,
  );

describe('keys from a JWKS', () => {
  it('vouch for RS256 and ES256', async () => {
    const { verify, asked } = await aJwksVerifier();
    const tokens = [
      await sign(goodClaims(), { alg: 'RS256', kid: 'rsa-1' }, rsa.privateKey),
      await sign(goodClaims(), { alg: 'ES256', kid: 'ec-1' }, ec.privateKey),
      await sign(goodClaims(), { alg: 'RS256' }, rsa.privateKey),
    ];
    for (const token of tokens) expect(await kindOf(verify(`Bearer ${token}`))).toBe('ok');
    expect(asked.times).toBe(1);
  });

  it("never make a public key a secret: HS256 under the RSA key's text is refused", async () => {
    const { verify } = await aJwksVerifier();
    const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
    for (const key of [pem, Buffer.from(KEYS)])
      expect(await kindOf(verify(`Bearer ${forge({ alg: 'HS256', kid: 'rsa-1' }, goodClaims(), key)}`))).toBe(
        'Unauthenticated',
      );
  });

  it('refuse the key of another issuer, under a known and under an unknown id', async () => {
    const { verify } = await aJwksVerifier();
    const other = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    for (const kid of ['rsa-1', 'rsa-2']) {
      const token = await sign(goodClaims(), { alg: 'RS256', kid }, other.privateKey);
      expect(await kindOf(verify(`Bearer ${token}`))).toBe('Unauthenticated');
    }
  });

  it('are not fetched again and again for a flood of random ids', async () => {
    const { verify, asked } = await aJwksVerifier();
    for (let round = 0; round < 200; round++) {
      const token = await sign(goodClaims(), { alg: 'ES256', kid: randomUUID() }, ec.privateKey);
      expect(await kindOf(verify(`Bearer ${token}`))).toBe('Unauthenticated');
    }
    expect(asked.times).toBe(1);
  });

  it('are asked for again for an unknown id, half a minute later', async () => {
    let keys = '{"keys":[]}';
    const { verify, asked } = await aJwksVerifier(() => ({ body: keys }));
    const token = await sign(goodClaims(), { alg: 'ES256', kid: 'ec-1' }, ec.privateKey);
    expect(await kindOf(verify(`Bearer ${token}`))).toBe('Unauthenticated');
    keys = KEYS;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    closers.push(() => vi.useRealTimers());
    expect(await kindOf(verify(`Bearer ${token}`))).toBe('ok');
    expect(asked.times).toBe(2);
  });

  it.each<readonly [string, () => { status?: number; body: string; delayMs?: number }]>([
    ['answer 500', () => ({ status: 500, body: '{}' })],
    ['answer no JSON', () => ({ body: 'oops' })],
    ['answer something else', () => ({ body: '{"keys":7}' })],
    ['do not answer', () => ({ body: KEYS, delayMs: 10_000 })],
  ])('that %s make it 503, not 401, and are asked once', async (_, answer) => {
    const { verify, asked } = await aJwksVerifier(answer);
    const token = await sign(goodClaims(), { alg: 'RS256', kid: 'rsa-1' }, rsa.privateKey);
    const rounds = Array.from({ length: 5 }, () => kindOf(verify(`Bearer ${token}`)));
    expect(new Set(await Promise.all(rounds))).toEqual(new Set(['AuthenticationUnavailable']));
    expect(await kindOf(verify(`Bearer ${token}`))).toBe('AuthenticationUnavailable');
    expect(asked.times).toBe(1);
    const { app } = await anHttpApp({ authenticate: verify });
    const response = await app.request('/payments', { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject({ code: 'authentication_unavailable' });
  });

  it('that come back are believed again', async () => {
    let now = Date.now();
    let status = 500;
    const { verify } = await aJwksVerifier(
      () => ({ status, body: KEYS }),
      () => now,
    );
    const token = await sign(goodClaims(), { alg: 'RS256', kid: 'rsa-1' }, rsa.privateKey);
    expect(await kindOf(verify(`Bearer ${token}`))).toBe('AuthenticationUnavailable');
    status = 200;
    now += 6_000;
    expect(await kindOf(verify(`Bearer ${token}`))).toBe('ok');
  });
});
