import { present } from '../../domain/kernel/present.ts';

type Attributes = Readonly<Record<string, string | undefined>>;

/** Cognito's trigger before it signs tokens, of version 2 as of 3. */
type TokenEvent = Readonly<{ request: Readonly<{ userAttributes: Attributes }>; response: object }>;

/**
 * Puts into access tokens what Cognito keeps of a person and leaves out: the merchant and permissions, which administrators alone
 * write, and an address that was verified, by which approvals know one person in several tokens. Without I/O.
 */
export const handler = async (event: unknown, _context: unknown): Promise<object> => {
  const { request, ...rest } = event as TokenEvent;
  const { userAttributes: of } = request;
  const permissions = of['custom:permissions']?.split(',').map((each) => each.trim());
  const claims = present({
    merchant_id: of['custom:merchant_id'],
    permissions: permissions?.filter((each) => each !== ''),
    email: of['email_verified'] === 'true' ? of['email'] : undefined,
  });
  return {
    ...rest,
    request,
    response: {
      claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: claims } },
    },
  };
};
