import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { asksStripe } from '../tools/bundle/stripe.ts';

/** Secrets of Secrets Manager, made by people: the key of a Stripe account, and what signs its events where any are taken. */
export type StripeSecrets = Readonly<{ keyArn: string; webhookArn?: string }>;

/** Where Stripe sends its events. They have a signature in place of a token. */
export const STRIPE_EVENTS = '/processors/stripe/webhook';

const arnsOf = ({ keyArn, webhookArn }: StripeSecrets): readonly string[] =>
  webhookArn === undefined ? [keyArn] : [keyArn, webhookArn];

/** What a function that asks Stripe may read; nothing for the others. */
export const stripeStatements = (
  name: string,
  secrets: StripeSecrets | undefined,
): readonly PolicyStatement[] =>
  secrets === undefined || !asksStripe(name)
    ? []
    : [
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['secretsmanager:GetSecretValue'],
          resources: [...arnsOf(secrets)],
        }),
      ];

/** The settings of a function that asks Stripe; none for the others. */
export const stripeSettings = (
  name: string,
  secrets: StripeSecrets | undefined,
): Readonly<Record<string, string>> => {
  if (secrets === undefined || !asksStripe(name)) return {};
  const { keyArn, webhookArn } = secrets;
  return {
    PAYWRIGHT_PROCESSOR: 'stripe',
    STRIPE_SECRET_ARN: keyArn,
    ...(webhookArn === undefined ? {} : { STRIPE_WEBHOOK_SECRET_ARN: webhookArn }),
  };
};
