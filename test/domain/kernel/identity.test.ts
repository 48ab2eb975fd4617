import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparedAs, foldClaim, identitiesOf, idsIn } from '../../../src/domain/kernel/identity.ts';
import { anyCodePoint } from '../../support/any-text.ts';
import { trying } from '../arbitraries.ts';

describe('a person’s identities', () => {
  it('are the subject, the mailbox and the person claim, folded', () => {
    expect(identitiesOf({ subject: 'Okta|00u1', email: 'Ann@X.com', person: ' E-4711 ' })).toEqual([
      'sub:okta|00u1',
      'mail:ann@x.com',
      'person:e-4711',
    ]);
    expect(identitiesOf({ subject: 'user-1', email: ' \u200b', person: '' })).toEqual(['sub:user-1']);
  });

  it('have the mailbox of an address in whichever claim it stands', () => {
    expect(identitiesOf({ subject: 'okta|Ann@x.com' })).toEqual(['sub:okta|ann@x.com', 'mail:ann@x.com']);
    expect(identitiesOf({ subject: 'u1', person: 'ANN@x.com' })).toContain('mail:ann@x.com');
    for (const subject of ['ann@x.com|okta', 'a@b@c', '@x.com', 'ann@'])
      expect(identitiesOf({ subject })).toEqual([`sub:${subject}`]);
  });

  it.each([
    ['letter case', 'ANN@X.COM'],
    ['full-width letters', 'ａｎｎ＠ｘ．ｃｏｍ'],
    ['invisible characters', 'a\u00adnn\u200b@\u2060x.com\ufe0f'],
    ['space around it', '\tann@x.com \u00a0'],
    ['the final dot of the host', 'ann@x.com.'],
  ])('of one mailbox are one in spite of %s', (_, email) => {
    expect(identitiesOf({ subject: 'u', email })).toEqual(['sub:u', 'mail:ann@x.com']);
  });

  it.each([
    ['a letter and its accent apart', 'Ren\u00e9', 'Rene\u0301'],
    ['a letter that has two lower forms', 'ΝΙΚΟΣ', 'νικος'],
    ['a letter without an upper form of its own', 'Straße', 'STRASSE'],
    ['more space', 'Ann Lee', 'Ann \u2003 Lee'],
  ])('of one name are one in spite of %s', (_, one, other) => {
    expect(foldClaim(one)).toBe(foldClaim(other));
  });

  it('are what they are when folded again, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodePoint, maxLength: 40 }), (text) => {
        expect(foldClaim(foldClaim(text))).toBe(foldClaim(text));
      }),
      trying(2_000),
    );
  });
});

describe('people are compared by every mailbox that an identity names:', () => {
  const comparedTo = (claim: string) => comparedAs(identitiesOf({ subject: 'u', email: claim })).slice(1);

  it.each([
    ['an address alone', 'ann@x.com'],
    ['behind a provider’s bar', 'okta|ann@x.com'],
    ['behind a provider’s colon', 'okta:ann@x.com'],
    ['behind a provider’s slash', 'google/ann@x.com'],
    ['behind several providers', 'saml|corp:google/ann@x.com'],
    ['behind a domain of Windows', 'CORP\\ann@x.com'],
    ['as a URI', 'mailto:ann@x.com?subject=Hello'],
    ['as a part of a distinguished name', 'emailAddress=ann@x.com,O=X'],
    ['with the provider after it', 'ann@x.com|okta'],
    ['quoted', '"ann"@x.com'],
    ['quoted twice', '""ann""@x.com'],
    ['quoted, a letter escaped', '"a\\nn"@x.com'],
    ['quoted, quotes escaped', '"\\"ann\\""@x.com'],
    ['in display form', 'Ann Lee <ann@x.com>'],
    ['in display form, the name quoted', '"Lee, Ann" <ann@x.com>'],
    ['in brackets twice', 'Ann <<ann@x.com>>'],
    ['in quotes of a mail client', "'ann@x.com'"],
    ['with a comment before the host', 'ann(home)@x.com'],
    ['with a comment after it', 'ann@x.com (Ann Lee)'],
    ['with comments in comments', 'ann(at (her) home)@(the (office)) x.com'],
    ['as the comment', 'Ann Lee (ann@x.com)'],
    ['with space around the sign', 'ann @ x.com'],
    ['with a tag', 'ann+work@x.com'],
    ['with two tags', 'ann+work+late@x.com'],
    ['with two signs of a tag', 'ann++work@x.com'],
    ['with an empty tag', 'ann+@x.com'],
    ['with a tag, quoted', '"ann+work"@x.com'],
    ['all at once, in full width', 'Ａｎｎ <ＯＫＴＡ：＂Ａｎｎ＋ｗｏｒｋ＂（ａ）＠Ｘ．ＣＯＭ．>'],
  ])('%s', (_, claim) => {
    expect(comparedTo(claim)).toContain('mail:ann@x.com');
  });

  it.each([
    ['two in one claim', 'ann@x.com, Bob <bob@y.com>', ['mail:ann@x.com', 'mail:bob@y.com']],
    ['dots at Google', 'A.n.n+x@GoogleMail.com', ['mail:ann@gmail.com']],
    ['a tag without a name', '+work@x.com', ['mail:+work@x.com']],
  ])('%s', (_, claim, mailboxes) => {
    expect(comparedTo(claim)).toEqual(expect.arrayContaining(mailboxes));
  });

  it.each([
    'bann@x.com',
    'ann@y.com',
    'ann@x.com.evil',
    'a.nn@x.com',
    'ann-work@x.com',
    'ann',
    '@x.com',
    'ann@',
  ])('%s is another', (claim) => {
    expect(comparedTo(claim)).not.toContain('mail:ann@x.com');
  });

  it('in a subject and a person claim as in an email, and none is recorded that no claim says', () => {
    const recorded = identitiesOf({ subject: 'okta:ann+1@x.com', person: '"Ann"@x.com' });
    expect(recorded.map((identity) => identity.replace(/^[a-z]+:/, ''))).toEqual([
      'okta:ann+1@x.com',
      'okta:ann+1@x.com',
      '"ann"@x.com',
      '"ann"@x.com',
    ]);
    for (const identity of recorded) expect(comparedAs([identity])).toContain('mail:ann@x.com');
  });
});

describe('the ids in a person’s claims', () => {
  const ID = '2b1f7c9a-8e64-4d0b-a1f2-3c4d5e6f7a8b';
  const plain = ID.replaceAll('-', '');

  it.each([
    ID,
    ID.toUpperCase(),
    `auth0|${ID}`,
    `urn:uuid:${ID}`,
    `{${ID}}`,
    `okta:vendors/${ID}/ann`,
    `${ID}@clients`,
    `auth0%7C${ID}`,
    `deadbeef-${ID}-1`,
    `aaaaaaaa-1111-2222-3333-4444${ID}`,
    `auth0|${plain}`,
    plain,
  ])('are found in %s', (subject) => {
    expect(idsIn(identitiesOf({ subject }))).toContain(ID);
  });

  it.each([`x${plain}`, `${plain}0`, ID.slice(1), ID.replace('-', '/'), ID.replace('4d0b', '4d0c')])(
    'are not found in %s',
    (subject) => {
      expect(idsIn(identitiesOf({ subject }))).not.toContain(ID);
    },
  );
});
