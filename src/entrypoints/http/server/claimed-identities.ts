import { domainToASCII, domainToUnicode } from 'node:url';
import type { JWTPayload } from 'jose';
import { err, ok, Result } from 'neverthrow';
import { knownBy } from '../../../domain/approvals/maker-checker.ts';
import { foldClaim, type Identity, identitiesOf } from '../../../domain/kernel/identity.ts';
import { present } from '../../../domain/kernel/present.ts';

/** A claim that says nothing of who the person is, though it is there. */
type ClaimUnusable = Readonly<{ kind: 'ClaimUnusable' }>;

/** In characters, before and after folding: an identity has to fit into a key of every storage. */
const LONGEST_CLAIM = 320;

/** An approval takes a key for each spelling in the store's one transaction; more than so many name no person. */
const MOST_IDENTITIES = 40;

/**
 * What a token's person is known by: its subject, `email` and `custom:email`, which count both, and the claim that the
 * installation names, if it does. A claim that is absent, null or blank says nothing; one that is no text, or a text too
 * long, makes the token unusable.
 */
export const claimedIdentities = (
  subject: string,
  claims: JWTPayload,
  personClaim: string | undefined,
): Result<readonly Identity[], ClaimUnusable> => {
  const named = [claims['email'], claims['custom:email'], personClaim && claims[personClaim]];
  return Result.combine(named.map(textIn)).andThen(([email, other, person]) => {
    const identities = [
      ...identitiesOf({ subject, ...present({ email, person }) }),
      ...identitiesOf({ subject, ...present({ email: other }) }),
      ...identitiesOf({ subject: withAsciiHosts(foldClaim(subject)) }).slice(1),
    ];
    const distinct = [...new Set(identities)];
    return distinct.every(({ length }) => length <= LONGEST_CLAIM) &&
      knownBy({ identities: distinct }).length <= MOST_IDENTITIES
      ? ok(distinct)
      : unusable;
  });
};

const unusable = err<never, ClaimUnusable>({ kind: 'ClaimUnusable' });

/** Some providers number their people. */
function textIn(claim: unknown): Result<string | undefined, ClaimUnusable> {
  if (claim === undefined || claim === null) return ok(undefined);
  if (typeof claim === 'number' && Number.isSafeInteger(claim)) return ok(String(claim));
  return typeof claim === 'string' && claim.length <= LONGEST_CLAIM
    ? ok(withAsciiHosts(foldClaim(claim)))
    : unusable;
}

/** A host behind its `@`, also where space, quotes or a comment stand between. */
const HOST = /(@(?:[ "]|\([^()]*\))*)([^ @|:/<>,;()[\]{}=?&#"'\\]+)/g;

/**
 * `ann@münchen.de` and its Punycode form are one mailbox, also where folding makes the host another, as it does of `straße.de`. A
 * host that has no such form stays as it is.
 */
const withAsciiHosts = (text: string): string =>
  text.replaceAll(
    HOST,
    (_, before: string, host: string) =>
      `${before}${domainToASCII(foldClaim(domainToUnicode(host))) || host}`,
  );
