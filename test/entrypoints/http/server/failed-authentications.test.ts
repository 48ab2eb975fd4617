import fc from 'fast-check';
import { SignJWT } from 'jose';
import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { countFailedAuthentications } from '../../../../src/application/audit/failed-authentications.ts';
import { claimedMerchant } from '../../../../src/entrypoints/http/server/claimed-merchant.ts';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { anHttpApp, aToken, goodClaims } from '../../../support/http-app.ts';

const forged = (claims: Readonly<Record<string, unknown>> = {}) =>
  new SignJWT(goodClaims(claims))
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from('another secret, of more than 32 bytes'));

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (claims: unknown) => `${part({ alg: 'none' })}.${part(claims)}.`;

/** The app, with what it notes. */
async function aWatchedApp(parts: Parameters<typeof anHttpApp>[0] = {}) {
  const noted: (string | undefined)[] = [];
  const metrics = platformMetrics();
  const { app } = await anHttpApp({
    metrics,
    noteFailedAuthentication: (claimed) => void noted.push(claimed),
    ...parts,
  });
  const ask = (authorization?: string, path = '/payments') =>
    app.request(path, authorization === undefined ? {} : { headers: { authorization } });
  return { noted, metrics, ask };
}

describe('failed authentications', () => {
  it('are noted under the merchant that the token claims', async () => {
    const { noted, ask } = await aWatchedApp();
    const refused = [
      `Bearer ${await forged()}`,
      `Bearer ${unsigned(goodClaims({ merchant_id: 'merchant-2' }))}`,
      `Bearer ${await aToken({ exp: 1 })}`,
      `Bearer ${await aToken({ aud: 'other' })}`,
    ];
    for (const authorization of refused) expect((await ask(authorization)).status).toBe(401);
    expect(noted).toEqual(['merchant-1', 'merchant-2', 'merchant-1', 'merchant-1']);
  });

  it('are noted without a merchant when no well-formed one is claimed', async () => {
    const { noted, ask } = await aWatchedApp();
    const refused = [
      undefined,
      'Basic dXNlcjpwYXNz',
      'Bearer x',
      'Bearer a.b.c',
      `Bearer ${await forged({ merchant_id: undefined })}`,
      `Bearer ${await forged({ merchant_id: ['merchant-1'] })}`,
      `Bearer ${await forged({ merchant_id: 'a b' })}`,
      `Bearer ${await forged({ merchant_id: '' })}`,
      `Bearer ${unsigned(null)}`,
      `Bearer ${await forged({ padding: 'x'.repeat(9_000) })}`,
    ];
    for (const authorization of refused) expect((await ask(authorization)).status).toBe(401);
    expect(noted).toEqual(refused.map(() => undefined));
  });

  it('are noted for a good token that names no merchant where one is needed', async () => {
    const { noted, ask } = await aWatchedApp();
    expect((await ask(`Bearer ${await aToken({ merchant_id: undefined })}`)).status).toBe(401);
    expect(noted).toEqual([undefined]);
  });

  it('are noted on every route that needs a token, and on no other', async () => {
    const { noted, ask } = await aWatchedApp();
    for (const path of ['/payments/pay_1', '/merchants', '/merchants/x', '/merchant', '/audit'])
      expect((await ask(`Bearer ${await forged()}`, path)).status).toBe(401);
    expect(noted).toHaveLength(5);
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/nowhere'])
      await ask(`Bearer ${await forged()}`, path);
    expect(noted).toHaveLength(5);
  });

  it('are not what a missing permission or a silent key server is', async () => {
    const { noted, ask } = await aWatchedApp();
    expect((await ask(`Bearer ${await aToken({ permissions: [] })}`)).status).toBe(403);
    expect((await ask(`Bearer ${await aToken()}`)).status).toBe(200);
    expect(noted).toEqual([]);
    const silent = await aWatchedApp({ authenticate: () => errAsync({ kind: 'AuthenticationUnavailable' }) });
    expect((await silent.ask(`Bearer ${await forged()}`)).status).toBe(503);
    expect(silent.noted).toEqual([]);
  });

  it('are measured by whether a merchant was claimed', async () => {
    const { metrics, ask } = await aWatchedApp();
    for (const authorization of [undefined, `Bearer ${await forged()}`, `Bearer ${await forged()}`])
      await ask(authorization);
    const text = await metrics.registry.metrics();
    expect(text).toContain('paywright_failed_authentications_total{claim="merchant"} 2');
    expect(text).toContain('paywright_failed_authentications_total{claim="nobody"} 1');
  });

  it('beyond five are a low anomaly in the report of the merchant they claimed, which proves nothing', async () => {
    const app = await anHttpApp();
    const now = Date.now();
    const counter = countFailedAuthentications({ ...app.storage, clock: { now: () => now } });
    const reported = async () => {
      const token = await aToken({ permissions: ['audit'] });
      const response = await app.app.request('/audit/report', {
        headers: { authorization: `Bearer ${token}` },
      });
      const { anomalies } = (await response.json()) as { anomalies: { type: string; severity: string }[] };
      return anomalies.map(({ type, severity }) => `${type} ${severity}`);
    };
    const { ask } = await aWatchedApp({ noteFailedAuthentication: counter.note });
    for (const claims of [{}, {}, {}, {}, {}, { merchant_id: 'merchant-2' }, { merchant_id: 'nobody' }])
      await ask(`Bearer ${await forged(claims)}`);
    (await counter.flush())._unsafeUnwrap();
    expect(await reported()).toEqual([]);
    await ask(`Bearer ${await forged()}`);
    (await counter.flush())._unsafeUnwrap();
    expect(await reported()).toEqual(['excessive_failed_auth low']);
  });

  it('reach the store as counts of the merchant, or of none', async () => {
    const { storage } = await anHttpApp();
    const now = Date.now();
    const counter = countFailedAuthentications({ ...storage, clock: { now: () => now } });
    const { ask } = await aWatchedApp({ noteFailedAuthentication: counter.note });
    for (let n = 0; n < 7; n += 1) await ask(`Bearer ${await forged()}`);
    for (let n = 0; n < 3; n += 1) await ask(`Bearer ${await forged({ merchant_id: `invented-${n}` })}`);
    (await counter.flush())._unsafeUnwrap();
    const counted = async (of: string | undefined) =>
      (
        await storage.failedAuthentications.list(of === undefined ? of : aMerchantId(of), 0, now)
      )._unsafeUnwrap();
    const minute = now - (now % 60_000);
    expect(await counted('merchant-1')).toEqual([{ minute, count: 7 }]);
    expect(await counted('invented-0')).toEqual([]);
    expect(await counted(undefined)).toEqual([{ minute, count: 3 }]);
  });
});

describe('the merchant a token claims', () => {
  it('is read from any text without a fault', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const header of [text, `Bearer ${text}`, `Bearer a.${text}.b`, `Bearer a.${part(text)}.b`]) {
          const claimed = claimedMerchant(header);
          expect(claimed === undefined || /^[A-Za-z0-9_-]{1,64}$/.test(claimed)).toBe(true);
        }
      }),
    );
  });

  it('is read from any claims without a fault', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (claims) => {
        claimedMerchant(`Bearer a.${part(claims)}.b`);
        claimedMerchant(`Bearer a.${part({ merchant_id: claims })}.b`);
      }),
    );
    expect(claimedMerchant(`Bearer a.${part({ merchant_id: 'm-1' })}.b`)).toBe('m-1');
  });
});
