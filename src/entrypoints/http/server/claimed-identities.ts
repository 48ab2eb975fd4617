import { domainToASCII } from 'node:url';
import type { JWTPayload } from 'jose';
import { err, ok, type Result } from 'neverthrow';
import { foldClaim, type Identity, identitiesOf } from '../../../domain/approvals/identity.ts';
import { present } from '../../../domain/kernel/present.ts';

/** A claim that says nothing of who the person is, though it is there. */
type ClaimUnusable = Readonly<{ kind: 'ClaimUnusable' }>;

/** In characters, before and after folding: an identity has to fit into a key of every storage. */
const LONGEST_CLAIM = 320;

/**
 * What a token's person is known by: its subject, `email`, and the claim that the installation names, if it does. A claim
 * that is absent, null or blank says nothing; one that is no text, or a text too long, makes the token unusable.
 */
export const claimedIdentities = (
  subject: string,
  claims: JWTPayload,
  personClaim: string | undefined,
): Result<readonly Identity[], ClaimUnusable> =>
  textIn(claims['email']).andThen((email) =>
    textIn(personClaim === undefined ? undefined : claims[personClaim]).andThen((person) => {
      const identities = identitiesOf({
        subject,
        ...present({ email: email && withAsciiHost(foldClaim(email)), person }),
      });
      return identities.every(({ length }) => length <= LONGEST_CLAIM) ? ok(identities) : unusable;
    }),
  );

const unusable = err<never, ClaimUnusable>({ kind: 'ClaimUnusable' });

/** Some providers number their people. */
function textIn(claim: unknown): Result<string | undefined, ClaimUnusable> {
  if (claim === undefined || claim === null) return ok(undefined);
  if (typeof claim === 'number' && Number.isSafeInteger(claim)) return ok(String(claim));
  return typeof claim === 'string' && claim.length <= LONGEST_CLAIM ? ok(claim) : unusable;
}

/** `ann@münchen.de` and its Punycode form are one mailbox. A host that has no such form stays as it is. */
function withAsciiHost(email: string): string {
  const at = email.lastIndexOf('@');
  const ascii = at < 0 ? '' : domainToASCII(email.slice(at + 1));
  return ascii === '' ? email : `${email.slice(0, at)}@${ascii}`;
}
