import { z } from 'zod';
import type { ProcessorSettings } from '../../composition/processors.ts';
import type { StripeAccess } from '../../composition/stripe-access.ts';
import type { StripePayoutSettings } from '../../composition/stripe-payouts.ts';
import type { VendorAccountsPlace } from '../../composition/vendor-accounts.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Fault } from './faults.ts';

/** Variables of the processors of charges, which may all be absent. */
export const PROCESSOR_VARIABLES = {
  PAYWRIGHT_PROCESSOR: z
    .enum(['simulator', 'stripe'], 'must be simulator or stripe')
    .optional()
    .describe(
      'the payment processor, simulator or stripe, of merchants whose config names none (simulator); production must name it, because the simulator moves no money',
    ),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(?:sk|rk)_(?:test|live)_\w{4,250}$/, 'must be a secret or restricted key of Stripe')
    .optional()
    .describe('key of the Stripe account; beside the simulator, for merchants whose config says kind stripe'),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .refine(
      (secrets) => secrets.length <= 8 && secrets.every((each) => /^whsec_[\w+/=-]{8,250}$/.test(each)),
      'must be signing secrets of webhook endpoints of Stripe, 8 at the most, with commas between',
    )
    .optional()
    .describe(
      'signing secrets of the webhook endpoints that Stripe sends events from, with commas between; without one no event is taken',
    ),
  STRIPE_API_BASE: z
    .url({ protocol: /^https?$/, error: 'must be a URL' })
    .optional()
    .describe('where Stripe is, for tests (https://api.stripe.com)'),
  PAYWRIGHT_PAYOUTS: z
    .enum(['simulator', 'stripe'], 'must be simulator or stripe')
    .optional()
    .describe('what pays vendors, simulator or stripe (what PAYWRIGHT_PROCESSOR says)'),
  STRIPE_VENDOR_ACCOUNTS: z
    .string()
    .min(1, 'must be the path of a file')
    .optional()
    .describe(
      'file of the connected accounts that vendors are paid on, as {"<vendor id>": "acct_…"}, read again for each payout; without one each fails',
    ),
  PAYWRIGHT_AUTHORIZATION_MARGIN_MINUTES: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number')
    .transform(Number)
    .refine((minutes) => minutes >= 1 && minutes <= 43_200, 'must be between 1 and 43200')
    .default(720)
    .describe('how long before the processor lets it lapse an authorization is voided (720)'),
};

type Given = Readonly<{
  [Name in keyof typeof PROCESSOR_VARIABLES]?: z.infer<(typeof PROCESSOR_VARIABLES)[Name]>;
}>;

/** The key counts as there where a secret is named that holds it. */
type NamedGiven = Given &
  Readonly<{
    STRIPE_SECRET_ARN?: string | undefined;
    STRIPE_WEBHOOK_SECRET_ARN?: string | undefined;
    STRIPE_VENDOR_ACCOUNTS_ARN?: string | undefined;
  }>;

const hasKey = (given: NamedGiven): boolean =>
  given.STRIPE_SECRET_KEY !== undefined || given.STRIPE_SECRET_ARN !== undefined;

/** Which processors there are. */
export function processorOf(given: Given): ProcessorSettings {
  const stripe = stripeOf(given);
  return given.PAYWRIGHT_PROCESSOR === 'stripe' && stripe !== undefined
    ? { kind: 'stripe', stripe }
    : { kind: 'simulator', ...present({ stripe }) };
}

function stripeOf({
  STRIPE_SECRET_KEY: secretKey,
  STRIPE_WEBHOOK_SECRET: webhookSecrets,
  STRIPE_API_BASE: apiBase,
}: Given): StripeAccess | undefined {
  return secretKey === undefined ? undefined : { secretKey, ...present({ apiBase, webhookSecrets }) };
}

/** What pays vendors on Stripe; undefined where the simulator does. */
export function stripePayoutsOf(given: NamedGiven, region: string): StripePayoutSettings | undefined {
  const access = stripeOf(given);
  return payoutsKind(given) === 'stripe' && access !== undefined
    ? { access, ...present({ accounts: accountsOf(given, region) }) }
    : undefined;
}

function accountsOf(
  { STRIPE_VENDOR_ACCOUNTS: file, STRIPE_VENDOR_ACCOUNTS_ARN: secretArn }: NamedGiven,
  region: string,
): VendorAccountsPlace | undefined {
  if (secretArn !== undefined) return { kind: 'secret', secretArn, region };
  return file === undefined ? undefined : { kind: 'file', file };
}

const payoutsKind = (given: Given) => given.PAYWRIGHT_PAYOUTS ?? given.PAYWRIGHT_PROCESSOR;

/** Settings of processors that are wrong side by side, in every stage. */
export const processorFaults = (given: NamedGiven): readonly Fault[] => [
  ...(given.PAYWRIGHT_PROCESSOR === 'stripe' && !hasKey(given)
    ? [{ name: 'STRIPE_SECRET_KEY', says: 'is needed with PAYWRIGHT_PROCESSOR=stripe, or STRIPE_SECRET_ARN' }]
    : []),
  ...(given.PAYWRIGHT_PAYOUTS === 'stripe' && !hasKey(given)
    ? [{ name: 'STRIPE_SECRET_KEY', says: 'is needed with PAYWRIGHT_PAYOUTS=stripe, or STRIPE_SECRET_ARN' }]
    : []),
  ...(['STRIPE_VENDOR_ACCOUNTS', 'STRIPE_VENDOR_ACCOUNTS_ARN'] as const).flatMap((name) =>
    given[name] !== undefined && payoutsKind(given) !== 'stripe'
      ? [{ name, says: 'goes with PAYWRIGHT_PAYOUTS=stripe' }]
      : [],
  ),
  ...(['STRIPE_API_BASE', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_WEBHOOK_SECRET_ARN'] as const).flatMap((name) =>
    given[name] !== undefined && !hasKey(given) ? [{ name, says: 'goes with STRIPE_SECRET_KEY' }] : [],
  ),
];

/** What production refuses of them. */
export const processorProductionFaults = (given: Given): readonly Fault[] => [
  ...(given.PAYWRIGHT_PROCESSOR === undefined
    ? [
        {
          name: 'PAYWRIGHT_PROCESSOR',
          says: 'no processor is chosen: set stripe, or simulator to run, on purpose, with one that moves no money',
        },
      ]
    : []),
  ...(given.STRIPE_API_BASE === undefined || isStripe(new URL(given.STRIPE_API_BASE))
    ? []
    : [{ name: 'STRIPE_API_BASE', says: 'is not an address of Stripe: keys go to stripe.com alone' }]),
];

const isStripe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' && (hostname === 'stripe.com' || hostname.endsWith('.stripe.com'));
