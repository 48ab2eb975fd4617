import { describe, expect, it } from 'vitest';
import { APPROVALS_FUNCTIONS, MIGRATION_FUNCTIONS, PLATFORM_FUNCTIONS } from '../../infra/function-plans.ts';
import { production, resourcesOf, type Synthesized, synthesized } from './synthesized.ts';

type Faults = readonly Readonly<{ name: string; says: string }>[];
type ReadVariables = (
  env: Readonly<Record<string, string>>,
) => Readonly<{ match<Read>(ok: () => Read, err: (faults: Faults) => Read): Read }>;

/** By a name that is no literal: the source is compiled under stricter rules than what imports aws-cdk-lib can be. */
const SOURCE: string = '../../src/entrypoints/cli/read-variables.ts';
const { readVariables } = (await import(SOURCE)) as { readVariables: ReadVariables };

/** What CloudFormation puts in the place of each reference, by the setting that has it. */
const RESOLVED: Readonly<Record<string, string>> = {
  AURORA_ENDPOINT: 'paywright.cluster-1.eu-central-1.rds.amazonaws.com:5432',
  AURORA_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:serving-1',
  SERVING_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:serving-1',
  APPROVAL_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/paywright-production-approvals',
  DYNAMODB_TABLE: 'paywright-production-data-Payments',
  EVENT_BUS_NAME: 'paywright-production',
  EXPORT_BUCKET: 'paywright-production-data-files',
  JWT_CLIENT_IDS: '1h57kf5cpq17m0eml12EXAMPLE',
  JWT_ISSUER: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abcdefghi',
  JWT_JWKS_URL: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abcdefghi/.well-known/jwks.json',
  PAYWRIGHT_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Signing-a1b2c3',
  KMS_KEY_ID: 'arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-4111-8111-111111111111',
  KMS_INDEX_KEY_ID: 'arn:aws:kms:eu-central-1:111122223333:key/22222222-2222-4222-8222-222222222222',
};

const NAMES = Object.keys({ ...MIGRATION_FUNCTIONS, ...PLATFORM_FUNCTIONS, ...APPROVALS_FUNCTIONS });

/** What production says against the environment of a function. */
function faultsOf(name: string, { templates }: Synthesized): Faults {
  const [found] = resourcesOf('AWS::Lambda::Function', ...Object.values(templates)).filter(
    ({ Properties }) => Properties['FunctionName'] === `paywright-production-${name}`,
  );
  const { Environment: environment, KmsKeyArn } = found?.Properties ?? {};
  expect(KmsKeyArn).toBeDefined();
  const { Variables } = environment as { Variables: Readonly<Record<string, unknown>> };
  const env = Object.entries(Variables).map(([setting, value]) => {
    if (typeof value === 'string') return [setting, value];
    const resolved = RESOLVED[setting];
    if (resolved === undefined) throw new Error(`nothing stands for ${setting}`);
    return [setting, resolved];
  });
  return readVariables({ AWS_REGION: 'eu-central-1', ...Object.fromEntries(env) }).match(
    (): Faults => [],
    (faults) => faults,
  );
}

describe('The environment of a function', () => {
  it.each(NAMES)('is one that production accepts: %s', (name) => {
    expect(faultsOf(name, production())).toEqual([]);
  });

  it('is one that production accepts where payments and payouts are on Stripe', () => {
    const secret = (name: string) => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-a1b2c3`;
    const onStripe = synthesized({
      stripeSecretArn: secret('Stripe'),
      stripeWebhookSecretArn: secret('StripeEvents'),
      stripeVendorAccountsArn: secret('Vendors'),
    });
    for (const name of NAMES) expect(faultsOf(name, onStripe), name).toEqual([]);
  });
});
