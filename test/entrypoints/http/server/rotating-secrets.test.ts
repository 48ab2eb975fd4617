import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import type { TokenSecrets } from '../../../../src/ports/secrets.ts';
import { sign } from '../../../support/bearer-tokens.ts';
import { AUDIENCE, goodClaims, ISSUER } from '../../../support/http-app.ts';

const OLD = 'the old secret of this test, 32 bytes';
const NEW = 'the new secret of this test, 32 bytes';
const FORGED = 'the secret of somebody, of 32 bytes or so';

/** Secrets that are `known` at first, and `changed` once a token is by none of them. */
function verifier(known: readonly string[], changed: readonly string[] = known) {
  let accepted = known;
  let asked = 0;
  const secrets: TokenSecrets = {
    accepted: () => okAsync(accepted),
    changedFrom: () => {
      asked += 1;
      accepted = changed;
      return okAsync(accepted);
    },
    check: () => okAsync(undefined),
  };
  const settings = { kind: 'hs256', secret: OLD, issuer: ISSUER, audience: AUDIENCE } as const;
  const verify = tokenVerifier(settings, { secrets });
  return {
    asked: () => asked,
    verdict: (token: string) =>
      verify(`Bearer ${token}`).match(
        ({ subject }) => subject,
        ({ kind }) => kind,
      ),
  };
}

const signed = (secret: string, claims = {}) =>
  sign(goodClaims({ sub: 'ada', ...claims }), {}, Buffer.from(secret));

describe('tokens under secrets that rotate', () => {
  it('are good by each of those that are accepted, and the secret is not asked for again', async () => {
    const { verdict, asked } = verifier([NEW, OLD]);
    expect(await verdict(await signed(OLD))).toBe('ada');
    expect(await verdict(await signed(NEW))).toBe('ada');
    expect(asked()).toBe(0);
  });

  it('are good by a secret that has come since', async () => {
    const { verdict } = verifier([OLD], [NEW, OLD]);
    expect(await verdict(await signed(NEW))).toBe('ada');
    expect(await verdict(await signed(OLD))).toBe('ada');
  });

  it('are refused by any other, also once it has been asked whether there is another', async () => {
    const { verdict, asked } = verifier([OLD], [NEW]);
    expect(await verdict(await signed(FORGED))).toBe('Unauthenticated');
    expect(await verdict(await signed(OLD))).toBe('Unauthenticated');
    expect(asked()).toBe(2);
    const head = (await signed(NEW)).split('.').slice(0, 2).join('.');
    for (const signature of ['AAAA', 'A'.repeat(43), 'A'.repeat(4_000)])
      expect(await verdict(`${head}.${signature}`)).toBe('Unauthenticated');
  });

  it('that are good by their signature and not by their claims are refused, and the secret is not asked for', async () => {
    const { verdict, asked } = verifier([NEW, OLD]);
    const past = Math.floor(Date.now() / 1_000) - 3_600;
    for (const claims of [{ exp: past }, { aud: 'others' }, { iss: 'others' }])
      expect(await verdict(await signed(OLD, claims))).toBe('Unauthenticated');
    expect(asked()).toBe(0);
  });

  it('can be neither accepted nor refused while no secret is known, or whether it has changed', async () => {
    const unusable = () => errAsync({ kind: 'SecretUnusable', reason: 'denied', cause: undefined } as const);
    const settings = { kind: 'hs256', secret: OLD, issuer: ISSUER, audience: AUDIENCE } as const;
    const kindOf = async (secrets: TokenSecrets, token: string) =>
      (await tokenVerifier(settings, { secrets })(`Bearer ${token}`)).match(
        ({ subject }) => subject,
        ({ kind }) => kind,
      );
    const none = { accepted: unusable, changedFrom: unusable, check: unusable };
    expect(await kindOf(none, await signed(OLD))).toBe('AuthenticationUnavailable');
    const old = { ...none, accepted: () => okAsync([OLD]) };
    expect(await kindOf(old, await signed(OLD))).toBe('ada');
    expect(await kindOf(old, await signed(NEW))).toBe('AuthenticationUnavailable');
  });
});
