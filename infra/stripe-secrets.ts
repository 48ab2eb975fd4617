import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { serviceOf } from '../tools/bundle/functions.ts';
import { asksStripe } from '../tools/bundle/stripe.ts';

/**
 * Secrets of Secrets Manager, made by people: the key of a Stripe account, what signs its events where any are taken, and the accounts
 * of vendors where they are paid there.
 */
export type StripeSecrets = Readonly<{ keyArn: string; webhookArn?: string; vendorAccountsArn?: string }>;

/** Where Stripe sends its events. They have a signature in place of a token. */
export const STRIPE_EVENTS = '/processors/stripe/webhook';

/** Takes events about payouts, and pays. */
const APPROVES = 'approvals-approve';

/** The settings of a function that asks Stripe, each that ends with `_ARN` a secret that it may read; none for the others. */
export function stripeSettings(
  name: string,
  secrets: StripeSecrets | undefined,
): Readonly<Record<string, string>> {
  if (secrets === undefined || !asksStripe(name)) return {};
  const { keyArn, webhookArn, vendorAccountsArn } = secrets;
  const isPaying = serviceOf(name) === 'approvals';
  if (isPaying && vendorAccountsArn === undefined) return {};
  const takesEvents = webhookArn !== undefined && (!isPaying || name === APPROVES);
  return {
    ...(isPaying ? { PAYWRIGHT_PAYOUTS: 'stripe' } : { PAYWRIGHT_PROCESSOR: 'stripe' }),
    STRIPE_SECRET_ARN: keyArn,
    ...(takesEvents ? { STRIPE_WEBHOOK_SECRET_ARN: webhookArn } : {}),
    ...(isPaying && vendorAccountsArn !== undefined ? { STRIPE_VENDOR_ACCOUNTS_ARN: vendorAccountsArn } : {}),
  };
}

/** What a function that asks Stripe may read; nothing for the others. */
export function stripeStatements(
  name: string,
  secrets: StripeSecrets | undefined,
): readonly PolicyStatement[] {
  const resources = Object.entries(stripeSettings(name, secrets)).flatMap(([setting, value]) =>
    setting.endsWith('_ARN') ? [value] : [],
  );
  return resources.length === 0
    ? []
    : [
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['secretsmanager:GetSecretValue'],
          resources,
        }),
      ];
}
