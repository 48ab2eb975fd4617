import { describe, expect, it } from 'vitest';
import { tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import { AUDIENCE, aToken, ISSUER, SECRET } from '../../../support/http-app.ts';

const verify = async (claims: Readonly<Record<string, unknown>>, personClaim?: string) => {
  const settings = { kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE } as const;
  const judge = tokenVerifier(personClaim === undefined ? settings : { ...settings, personClaim });
  return judge(`Bearer ${await aToken({ sub: 'user-1', ...claims })}`);
};
const identities = async (claims: Readonly<Record<string, unknown>>, personClaim?: string) =>
  (await verify(claims, personClaim))._unsafeUnwrap().identities;

describe('a token’s person', () => {
  it('is known by subject and email, and by the claim that the installation names', async () => {
    const claims = { email: 'Ann@x.com', 'custom:employee': 'E-4711' };
    expect(await identities(claims)).toEqual(['sub:user-1', 'mail:ann@x.com']);
    expect(await identities(claims, 'custom:employee')).toEqual([
      'sub:user-1',
      'mail:ann@x.com',
      'person:e-4711',
    ]);
    expect(await identities({ employee: 4_711 }, 'employee')).toEqual(['sub:user-1', 'person:4711']);
  });

  it('has one mailbox, however its host is written', async () => {
    const wanted = ['sub:user-1', 'mail:ann@xn--mnchen-3ya.de'];
    for (const email of ['ann@münchen.de', 'ann@MÜNCHEN.de.', 'ann@xn--mnchen-3ya.de', 'ann＠münchen。de'])
      expect(await identities({ email })).toEqual(wanted);
  });

  it('is known by the subject alone where a claim is absent, null or blank', async () => {
    for (const claims of [{}, { email: null, employee: null }, { email: ' ', employee: '\u200b' }])
      expect(await identities(claims, 'employee')).toEqual(['sub:user-1']);
  });

  it.each<readonly [string, object]>([
    ['an email that is no text', { email: ['ann@x.com'] }],
    ['an email that is too long', { email: `${'a'.repeat(320)}@x.com` }],
    ['an email that is too long once folded', { email: '\ufdfa'.repeat(60) }],
    ['a person claim that is no text', { employee: { number: 4_711 } }],
    ['a person claim that is no whole number', { employee: 0.5 }],
  ])('is nobody’s with %s: the token is not believed', async (_, claims) => {
    expect((await verify({ ...claims }, 'employee'))._unsafeUnwrapErr()).toEqual({ kind: 'Unauthenticated' });
  });
});
