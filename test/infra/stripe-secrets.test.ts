import { describe, expect, it } from 'vitest';
import { deploymentSettings } from '../../infra/settings.ts';
import { FUNCTION_NAMES, resourcesOf, type Synthesized, synthesized } from './synthesized.ts';

const KEY = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Stripe-a1b2c3';
const WEBHOOK = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:StripeEvents-a1b2c3';
const ASKING = ['process', 'recovery', 'jobs', 'reconcile'];

const onStripe = synthesized({ stripeSecretArn: KEY, stripeWebhookSecretArn: WEBHOOK });

const variablesOf = (name: string) => {
  const [found] = resourcesOf('AWS::Lambda::Function', ...Object.values(onStripe.templates)).filter(
    ({ Properties }) => Properties['FunctionName'] === `paywright-production-${name}`,
  );
  type Environment = Readonly<{ Variables: Readonly<Record<string, unknown>> }>;
  return (found?.Properties['Environment'] as Environment | undefined)?.Variables ?? {};
};

const policiesOf = (name: string) =>
  JSON.stringify(
    resourcesOf('AWS::IAM::Policy', ...Object.values(onStripe.templates)).filter(({ Properties }) =>
      JSON.stringify(Properties['Roles']).includes(`"${name.replaceAll('-', '')}role`),
    ),
  );

const openPosts = ({ templates }: Synthesized) =>
  resourcesOf('AWS::ApiGatewayV2::Route', templates.platform)
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

  it('has a key wherever it has a signing secret', () => {
    expect(() => deploymentSettings({ stripeWebhookSecretArn: WEBHOOK })).toThrow(
      /goes with stripeSecretArn/,
    );
  });
});
