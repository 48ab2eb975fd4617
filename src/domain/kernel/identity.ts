import { mailboxesIn } from './mailbox.ts';

/** One way to know a person: `sub:`, `mail:` or `person:`, and behind it a claim of the token, folded by `foldClaim`. */
export type Identity = `${'sub' | 'mail' | 'person'}:${string}`;

/** What a token says of the person behind it. `person` is the claim that the installation names. */
export type PersonClaims = Readonly<{ subject: string; email?: string; person?: string }>;

/**
 * Every identity in a token's claims, the subject's first: what is recorded of a person. An address counts as a mailbox in
 * whichever claim it stands, alone or behind the provider's `|`; further spellings are undone by `comparedAs` alone, so that
 * records say what claims said, and those of before are compared as today's are.
 */
export function identitiesOf({ subject, email, person }: PersonClaims): readonly Identity[] {
  const folded = { sub: foldClaim(subject), mail: foldClaim(email ?? ''), person: foldClaim(person ?? '') };
  const found: readonly (Identity | undefined)[] = [
    `sub:${folded.sub}`,
    folded.mail === '' ? undefined : `mail:${withoutFinalDots(folded.mail)}`,
    mailboxIn(folded.sub),
    folded.person === '' ? undefined : `person:${folded.person}`,
    mailboxIn(folded.person),
  ];
  return [...new Set(found.filter((identity) => identity !== undefined))];
}

/**
 * Text without what does not tell two people apart: compatibility forms, letter case, invisible characters and space at
 * the ends. By way of upper case, because some letters have one upper and two lower forms.
 */
export const foldClaim = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .trim();

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;

const ADDRESS = /(?:^|\|)([^|@\s]+@[^|@\s]+)$/;

function mailboxIn(folded: string): Identity | undefined {
  const address = ADDRESS.exec(folded)?.[1];
  return address === undefined ? undefined : `mail:${withoutFinalDots(address)}`;
}

/** A host may be written with the root's dot. */
const withoutFinalDots = (address: string): string => address.replace(/(?<!\.)\.+$/, '');

/**
 * The same identities, and every mailbox in each: two people who have one of these in common are one. Of no use to find an
 * address: tags are cut off.
 */
export const comparedAs = (identities: readonly string[]): readonly string[] => [
  ...new Set(
    identities.flatMap((identity) => [
      identity,
      ...mailboxesIn(identity).map((mailbox) => `mail:${mailbox}`),
    ]),
  ),
];

/** One of the two people's identities, however it is spelt, is the other's too: they are one person. */
export const areOnePerson = (one: readonly string[], other: readonly string[]): boolean => {
  const compared = new Set(comparedAs(other));
  return comparedAs(one).some((identity) => compared.has(identity));
};

const UUIDS = /(?=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))|(?<![0-9a-z])([0-9a-f]{32})(?![0-9a-z])/g;

/**
 * The UUIDs in folded identities: with hyphens wherever they stand, such as in `auth0|…` or `urn:uuid:…`, without them as a
 * word. They tell who is paid and not who is one person: many subjects begin with their tenant's.
 */
export const idsIn = (identities: readonly string[]): readonly string[] =>
  identities.flatMap((identity) =>
    [...identity.matchAll(UUIDS)].map(
      ([, hyphenated, plain = '']) =>
        hyphenated ?? plain.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    ),
  );
