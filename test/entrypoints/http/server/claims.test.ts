import { SignJWT } from 'jose';
import { err } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { comparedAs } from '../../../../src/domain/kernel/identity.ts';
import { tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import { AUDIENCE, goodClaims, ISSUER, SECRET } from '../../../support/http-app.ts';

type Claims = Readonly<Record<string, unknown>>;

describe('a token whose claims have several names', () => {
  const verify = tokenVerifier({ kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE });
  const principalOf = async (claims: Claims) => {
    const token = new SignJWT({ ...goodClaims(claims) }).setProtectedHeader({ alg: 'HS256' });
    return verify(`Bearer ${await token.sign(Buffer.from(SECRET))}`);
  };
  const ONE = '0199f000-0000-7000-8000-00000000000a';
  const OTHER = '0199f000-0000-7000-8000-00000000000b';

  it.each<readonly [string, Claims]>([
    ['two vendors', { vendor_id: ONE, 'custom:vendor_id': OTHER }],
    ['two vendors, the other first', { vendor_id: OTHER, 'custom:vendor_id': ONE }],
    ['a vendor and what is none', { vendor_id: ONE, 'custom:vendor_id': 'acme' }],
    ['a vendor and a blank', { vendor_id: ONE, 'custom:vendor_id': '' }],
    ['a vendor and a list of it', { vendor_id: ONE, 'custom:vendor_id': [ONE] }],
    ['two roles', { role: 'dispatcher', 'custom:role': 'admin' }],
    ['two roles, one of them no role of ours', { role: 'staff', 'custom:role': 'admin' }],
    ['a role and a list of it', { role: 'admin', 'custom:role': ['admin'] }],
    ['a role that is none of its groups', { role: 'admin', 'cognito:groups': ['dispatcher', 'staff'] }],
    ['such a role under its other name', { 'custom:role': 'dispatcher', 'cognito:groups': ['vendor'] }],
    ['two merchants', { 'custom:merchant_id': 'merchant-2' }],
    ['a merchant and what is none', { 'custom:merchant_id': ['merchant-1'] }],
    ['an email that is no text', { 'custom:email': ['ann@x.com'] }],
    ['more addresses than a person has', { email: Array.from({ length: 42 }, (_, n) => `${n}@b`).join(',') }],
  ])('and that names %s contradicts itself: 401', async (_, claims) => {
    expect(await principalOf(claims)).toEqual(err({ kind: 'Unauthenticated' }));
  });

  it.each<readonly [string, Claims, object]>([
    [
      'the same vendor in other letters',
      { vendor_id: ONE, 'custom:vendor_id': ONE.toUpperCase() },
      { vendorId: ONE },
    ],
    ['a vendor and null', { vendor_id: null, 'custom:vendor_id': ONE }, { vendorId: ONE }],
    ['a role twice', { role: 'admin', 'custom:role': 'admin' }, { roles: ['admin'] }],
    [
      'a role that is no text, for which no group stands in',
      { role: 7, 'cognito:groups': ['admin'] },
      { roles: [] },
    ],
    ['a role and null', { role: null, 'custom:role': 'admin' }, { roles: ['admin'] }],
    [
      'one of several groups as the role',
      { role: 'dispatcher', 'cognito:groups': ['admin', 'dispatcher'] },
      { roles: ['dispatcher'] },
    ],
    [
      'a role and groups of others',
      { role: 'admin', 'cognito:groups': ['staff', 'Admin'] },
      { roles: ['admin'] },
    ],
    ['the same merchant twice', { 'custom:merchant_id': 'merchant-1' }, { merchantId: 'merchant-1' }],
    [
      'two mailboxes',
      { email: 'ann@x.com', 'custom:email': 'Ann@Y.com' },
      { identities: ['sub:user-1', 'mail:ann@x.com', 'mail:ann@y.com'] },
    ],
  ])('and that names %s is believed', async (_, claims, principal) => {
    expect((await principalOf(claims))._unsafeUnwrap()).toMatchObject(principal);
  });

  it('of a merchant under the other name alone is of none', async () => {
    const claims = { merchant_id: undefined, 'custom:merchant_id': 'merchant-1' };
    expect((await principalOf(claims))._unsafeUnwrap()).not.toHaveProperty('merchantId');
  });

  it.each<readonly [string, string]>([
    ['an address', 'ann@münchen.de'],
    ['full-width letters', 'ａｎｎ＠ＭÜＮＣＨＥＮ．ｄｅ'],
    ['a display name', 'Jörg <ann@münchen.de>'],
    ['a comment', 'ann@(Bayern) münchen.de.'],
    ['Punycode', 'ann@XN--MNCHEN-3YA.de'],
    ['an ideographic full stop', 'ann@münchen。de'],
  ])('knows the mailbox of a host with an umlaut by its ASCII form: %s', async (_, email) => {
    for (const claims of [{ email }, { 'custom:email': email }]) {
      const { identities } = (await principalOf(claims))._unsafeUnwrap();
      expect(comparedAs(identities)).toContain('mail:ann@xn--mnchen-3ya.de');
    }
  });

  it.each<readonly [string, Claims]>([
    ['with the letter', { email: 'ann@straße.de' }],
    ['with the letter in capitals', { email: 'ann@STRASSE.de' }],
    ['in Punycode', { email: 'ann@xn--strae-oqa.de' }],
    ['in Punycode, in display form', { email: 'Ann <ann@XN--STRAE-OQA.de>' }],
    ['in Punycode, in the subject', { sub: 'okta|ann@xn--strae-oqa.de' }],
  ])('knows the mailbox of a host with a letter that folding makes two: %s', async (_, claims) => {
    const { identities } = (await principalOf(claims))._unsafeUnwrap();
    expect(comparedAs(identities)).toContain('mail:ann@strasse.de');
  });

  it.each(['ann@νίκος.gr', 'ANN@ΝΊΚΟΣ.GR', 'ann@xn--kxawhkp.gr', 'ann@xn--kxawhku.gr'])(
    'knows the mailbox of a host with a letter that has two small forms: %s',
    async (email) => {
      const { identities } = (await principalOf({ email }))._unsafeUnwrap();
      expect(comparedAs(identities)).toContain('mail:ann@xn--kxawhku.gr');
    },
  );
});
