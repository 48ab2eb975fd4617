import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import { sign } from '../../../support/bearer-tokens.ts';
import { AUDIENCE, goodClaims, ISSUER } from '../../../support/http-app.ts';

const SECRET = 'the secret of this test, of 32 bytes or so';
const LATER = 'the later secret of this test, of 32 bytes';

/** A verifier whose clock is moved by hand, and how often it has looked for the secret that signed. */
function atNoon() {
  let now = Math.trunc(Date.now() / 1_000) * 1_000;
  let accepted: readonly string[] = [SECRET];
  let verifications = 0;
  const verify = tokenVerifier(
    { kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE },
    {
      now: () => now,
      secrets: {
        accepted: () => {
          verifications += 1;
          return okAsync(accepted);
        },
        changedFrom: () => okAsync(accepted),
        check: () => okAsync(undefined),
      },
    },
  );
  return {
    verifications: () => verifications,
    pass: (ms: number) => {
      now += ms;
    },
    withdraw: () => {
      accepted = [LATER];
    },
    tokenFor: (sub: string, lifetimeS = 3_600) =>
      sign(goodClaims({ sub, exp: now / 1_000 + lifetimeS }), {}, Buffer.from(SECRET)),
    verdict: (token: string) =>
      verify(`Bearer ${token}`).match(
        ({ subject }) => subject,
        ({ kind }) => kind,
      ),
  };
}

describe('a token that was found good', () => {
  it('is verified once in ten seconds, whatever other tokens come in between', async () => {
    const { tokenFor, verdict, verifications, pass } = atNoon();
    const [ada, bob] = [await tokenFor('ada'), await tokenFor('bob')];
    for (let n = 0; n < 10; n += 1) expect([await verdict(ada), await verdict(bob)]).toEqual(['ada', 'bob']);
    expect(verifications()).toBe(2);
    pass(9_999);
    expect(await verdict(ada)).toBe('ada');
    expect(verifications()).toBe(2);
    pass(1);
    expect(await verdict(ada)).toBe('ada');
    expect(verifications()).toBe(3);
  });

  it('is refused from its expiry on, and a minute of leeway, though it was verified a moment before', async () => {
    const { tokenFor, verdict, pass } = atNoon();
    const token = await tokenFor('ada', 1);
    pass(60_999);
    expect(await verdict(token)).toBe('ada');
    pass(1);
    expect(await verdict(token)).toBe('Unauthenticated');
  });

  it('is believed for ten seconds at the most after its secret was withdrawn', async () => {
    const { tokenFor, verdict, pass, withdraw } = atNoon();
    const token = await tokenFor('ada');
    expect(await verdict(token)).toBe('ada');
    withdraw();
    pass(10_000);
    expect(await verdict(token)).toBe('Unauthenticated');
  });

  it('vouches for no other: one with another signature, claim or header is verified itself', async () => {
    const { tokenFor, verdict } = atNoon();
    const [head, claims, signature] = (await tokenFor('ada')).split('.');
    const [, others] = (await tokenFor('bob')).split('.');
    expect(await verdict(`${head}.${claims}.${signature}`)).toBe('ada');
    expect(await verdict(`${head}.${others}.${signature}`)).toBe('Unauthenticated');
    expect(await verdict(`${head}.${claims}.${'A'.repeat(43)}`)).toBe('Unauthenticated');
    expect(await verdict(`${head}.${claims}.${signature}`)).toBe('ada');
  });

  it('makes room for others: of a thousand and one, the first is verified again', async () => {
    const { tokenFor, verdict, verifications } = atNoon();
    const tokens = await Promise.all(Array.from({ length: 1_001 }, (_, n) => tokenFor(`user-${n}`)));
    for (const token of tokens) await verdict(token);
    expect(verifications()).toBe(1_001);
    await verdict(tokens[1_000] ?? '');
    expect(verifications()).toBe(1_001);
    await verdict(tokens[0] ?? '');
    expect(verifications()).toBe(1_002);
  });
});

describe('a token that was refused', () => {
  it('is judged anew each time', async () => {
    const { tokenFor, verdict, verifications } = atNoon();
    const [head, claims] = (await tokenFor('ada')).split('.');
    for (let n = 0; n < 3; n += 1)
      expect(await verdict(`${head}.${claims}.${'A'.repeat(43)}`)).toBe('Unauthenticated');
    expect(verifications()).toBe(3);
  });
});
