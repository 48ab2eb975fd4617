import { describe, expect, it } from 'vitest';
import { handler } from '../../../src/entrypoints/lambda/token-claims.ts';

const claimsOf = async (userAttributes: Readonly<Record<string, string>>): Promise<unknown> => {
  const event = {
    version: '2',
    triggerSource: 'TokenGeneration_Authentication',
    request: { userAttributes },
  };
  const answer = await handler({ ...event, response: {} }, {});
  expect(answer).toMatchObject(event);
  const { response } = answer as {
    response: {
      claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: unknown } };
    };
  };
  return response.claimsAndScopeOverrideDetails.accessTokenGeneration.claimsToAddOrOverride;
};

describe('Claims of access tokens', () => {
  it('are the merchant, each permission, and the address that was verified', async () => {
    expect(
      await claimsOf({
        sub: 'someone',
        email: 'ada@example.com',
        email_verified: 'true',
        'custom:merchant_id': 'merchant-123',
        'custom:permissions': 'payments, refunds,',
      }),
    ).toEqual({
      merchant_id: 'merchant-123',
      permissions: ['payments', 'refunds'],
      email: 'ada@example.com',
    });
  });

  it('are none of what the person has not, nor an address that was not verified', async () => {
    expect(await claimsOf({ sub: 'someone', email: 'ada@example.com', email_verified: 'false' })).toEqual({});
  });
});
