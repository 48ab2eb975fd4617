import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldClaim, identitiesOf } from '../../../src/domain/approvals/identity.ts';
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
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(foldClaim(foldClaim(text))).toBe(foldClaim(text));
      }),
      trying(2_000),
    );
  });
});
