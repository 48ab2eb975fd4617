import { type ObjectKey, parseObjectKey } from '../../domain/files/object-key.ts';
import type { LinkGrant, ObjectLinks } from '../../ports/object-links.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import { checkedFileName, checkedType } from '../shared/link-terms.ts';

/** What no other signed text of the installation is sealed for. */
const CONTEXT = 'object link';

/**
 * Links that our own HTTP serves: one segment that holds the grant and its HMAC over verb, key, expiry, name, type and size,
 * so that nothing of it can be changed. Throws on a name or type that no header can carry.
 */
export const signedPath = (tokens: SignedTokens, grant: LinkGrant): string => {
  if (grant.verb === 'upload') checkedType(grant.contentType);
  else if (grant.fileName !== undefined) checkedFileName(grant.fileName);
  return `/objects/${tokens.seal(JSON.stringify(grant), CONTEXT)}`;
};

export const folderLinks = (tokens: SignedTokens): ObjectLinks => ({
  open(link) {
    const text = tokens.open(link, CONTEXT);
    if (text === undefined) return undefined;
    const grant = JSON.parse(text) as Omit<LinkGrant, 'key'> & Readonly<{ key: string }>;
    const key: ObjectKey | undefined = parseObjectKey(grant.key);
    return key === undefined ? undefined : ({ ...grant, key } as LinkGrant);
  },
});
