import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  StringAttribute,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ROLES } from '../src/domain/approvals/approver.ts';

/** Who signs bearer tokens: `issuer` and `jwksUrl` are the pool's, `client` the one that may ask for them. */
export type Identity = Readonly<{
  pool: UserPool;
  client: UserPoolClient;
  issuer: string;
  jwksUrl: string;
}>;

/** What access tokens say beside `sub`: attributes that only administrators write, and groups, which are roles of approvals. */
const TOKEN_ATTRIBUTES = ['merchant_id', 'permissions'] as const;

/**
 * People who approve and staff of merchants. `claims` puts `merchant_id` and `permissions` into access tokens, where Cognito
 * by itself puts groups alone.
 */
export function identity(
  scope: Construct,
  {
    name,
    removalPolicy,
    keepData,
  }: Readonly<{ name: string; removalPolicy: RemovalPolicy; keepData: boolean }>,
  claims: IFunction,
): Identity {
  const pool = new UserPool(scope, 'People', {
    userPoolName: name,
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    mfa: Mfa.REQUIRED,
    mfaSecondFactor: { otp: true, sms: false },
    passwordPolicy: {
      minLength: 14,
      requireDigits: true,
      requireLowercase: true,
      requireUppercase: true,
      requireSymbols: true,
    },
    customAttributes: Object.fromEntries(
      TOKEN_ATTRIBUTES.map((attribute) => [attribute, new StringAttribute({ mutable: true, maxLen: 256 })]),
    ),
    // Claims of access tokens are of the plans above Lite.
    featurePlan: FeaturePlan.ESSENTIALS,
    deletionProtection: keepData,
    removalPolicy,
  });
  pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claims, LambdaVersion.V2_0);
  const client = pool.addClient('Api', {
    authFlows: { userSrp: true, adminUserPassword: true },
    generateSecret: false,
    accessTokenValidity: Duration.minutes(60),
    refreshTokenValidity: Duration.days(1),
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
    // None of the attributes above: a person must not make itself another merchant's.
    disableOAuth: true,
    writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true, phoneNumber: true }),
  });
  for (const group of ROLES) pool.addGroup(group, { groupName: group });
  const issuer = `https://cognito-idp.${Stack.of(scope).region}.amazonaws.com/${pool.userPoolId}`;
  return { pool, client, issuer, jwksUrl: `${issuer}/.well-known/jwks.json` };
}
