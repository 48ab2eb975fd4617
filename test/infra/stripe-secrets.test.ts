import { describe, expect, it } from 'vitest';
import { deploymentSettings } from '../../infra/settings.ts';
import { FUNCTION_NAMES, resourcesOf, type Synthesized, synthesized } from './synthesized.ts';

const KEY = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Stripe-a1b2c3';
const WEBHOOK = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:StripeEvents-a1b2c3';
const VENDORS = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Vendors-a1b2c3';
const ASKING = ['process', 'recovery', 'jobs', 'reconcile'];
const PAYING = ['approvals-approve', 'approvals-recovery'];

const onStripe = synthesized({ stripeSecretArn: KEY, stripeWebhookSecretArn: WEBHOOK });
const paying = synthesized({
  stripeSecretArn: KEY,
  stripeWebhookSecretArn: WEBHOOK,
  stripeVendorAccountsArn: VENDORS,
});

const variablesOf = (name: string, { templates }: Synthesized = onStripe) => {
  const [found] = resourcesOf('AWS::Lambda::Function', ...Object.values(templates)).filter(
    ({ Properties }) => Properties['FunctionName'] === `paywright-production-${name}`,
  );
  type Environment = Readonly<{ Variables: Readonly<Record<string, unknown>> }>;
  return (found?.Properties['Environment'] as Environment | undefined)?.Variables ?? {};
};

const policiesOf = (name: string, { templates }: Synthesized = onStripe) =>
  JSON.stringify(
    resourcesOf('AWS::IAM::Policy', ...Object.values(templates)).filter(({ Properties }) =>
      JSON.stringify(Properties['Roles']).includes(`"${name.replaceAll('-', '')}role`),
    ),
  );

const openPosts = ({ templates }: Synthesized, of: 'platform' | 'approvals' = 'platform') =>
  resourcesOf('AWS::ApiGatewayV2::Route', templates[of])
    .filter(({ Properties }) => Properties['AuthorizationType'] === 'NONE')
    .map(({ Properties }) => String(Properties['RouteKey']))
    .filter((key) => key.startsWith('POST'));

describe('A deployment that charges on Stripe', () => {
  it('is found faultless by CloudFormation’s rules and by cdk-nag', () => {
    expect(onStripe.findings).toEqual([]);
  });

  it.each(ASKING)('names both secrets to %s, which may read them', (name) => {
    expect(variablesOf(name)).toMatchObject({
      PAYWRIGHT_PROCESSOR: 'stripe',
      STRIPE_SECRET_ARN: KEY,
      STRIPE_WEBHOOK_SECRET_ARN: WEBHOOK,
    });
    expect(policiesOf(name)).toContain(KEY);
    expect(policiesOf(name)).toContain(WEBHOOK);
  });

  it('leaves them to no other function', () => {
    for (const name of FUNCTION_NAMES.filter((each) => !ASKING.includes(each))) {
      expect(JSON.stringify(variablesOf(name))).not.toMatch(/Stripe/);
      expect(policiesOf(name)).not.toMatch(/Stripe/);
    }
  });

  it('takes Stripe’s events without a token, and nothing else that is posted', () => {
    expect(openPosts(onStripe)).toEqual(['POST /processors/stripe/webhook']);
    expect(openPosts(synthesized({ stripeSecretArn: KEY }))).toEqual([]);
  });

  it('pays vendors there only where their accounts are named, by the functions that pay and no other', () => {
    for (const name of PAYING) expect(variablesOf(name)).not.toHaveProperty('STRIPE_SECRET_ARN');
    for (const name of PAYING) {
      expect(variablesOf(name, paying)).toMatchObject({
        PAYWRIGHT_PAYOUTS: 'stripe',
        STRIPE_SECRET_ARN: KEY,
        STRIPE_VENDOR_ACCOUNTS_ARN: VENDORS,
      });
      for (const arn of [KEY, VENDORS]) expect(policiesOf(name, paying)).toContain(arn);
    }
    for (const name of FUNCTION_NAMES.filter((each) => !PAYING.includes(each))) {
      expect(JSON.stringify(variablesOf(name, paying))).not.toContain(VENDORS);
      expect(policiesOf(name, paying)).not.toContain(VENDORS);
    }
  });

  it('takes events about payouts at the API of approvals, by the function that looks them up', () => {
    expect(openPosts(onStripe, 'approvals')).toEqual([]);
    expect(openPosts(paying, 'approvals')).toEqual(['POST /processors/stripe/webhook']);
    expect(variablesOf('approvals-approve', paying)).toHaveProperty('STRIPE_WEBHOOK_SECRET_ARN', WEBHOOK);
    expect(variablesOf('approvals-recovery', paying)).not.toHaveProperty('STRIPE_WEBHOOK_SECRET_ARN');
    expect(policiesOf('approvals-recovery', paying)).not.toContain(WEBHOOK);
    expect(paying.findings).toEqual([]);
  });

  it('has a key wherever it has a signing secret', () => {
    expect(() => deploymentSettings({ stripeWebhookSecretArn: WEBHOOK })).toThrow(
      /goes with stripeSecretArn/,
    );
    expect(() => deploymentSettings({ stripeVendorAccountsArn: VENDORS })).toThrow(
      /goes with stripeSecretArn/,
    );
  });
});
